"use client";

import { hostOf } from "../client-host.js";
import type { PresenceSettingsInput } from "../presence/settings.js";
import type { FilteredUserPresence } from "../presence/visibility.js";
import type { RealtimeClient } from "../realtime-client.js";
import type { CustomStatus, PresenceStatusName, UserPresence } from "../types.js";
import { ifEnabled } from "./use-switches.js";

/** What is done with presence. All functions are stable. */
export interface PresenceActions {
  /** What this user is, until they choose something else. Nothing with `enablePresence: false`. */
  setStatus: (status: PresenceStatusName) => void;
  /** The status in this user's own words; null takes it away. Nothing with `enablePresence: false`. */
  setCustomStatus: (status: CustomStatus | null) => void;
  /** Takes the custom status away. Nothing with `enablePresence: false`. */
  clearCustomStatus: () => void;
  /** Wants to know of users, for as long as it is not taken back. */
  subscribeToUsers: (userIds: readonly string[]) => void;
  unsubscribeFromUsers: (userIds: readonly string[]) => void;
  getPresence: (userId: string) => Readonly<UserPresence> | undefined;
  /** A user with nothing in it that this one may not see; undefined where nothing is known. */
  getFilteredPresence: (userId: string) => Promise<FilteredUserPresence | undefined>;
  /** Asks the server how users are now. */
  fetchPresence: (userIds: readonly string[]) => Promise<Map<string, UserPresence>>;
  /** The same with nothing in it that this user may not see. */
  fetchFilteredPresence: (userIds: readonly string[]) => Promise<Map<string, FilteredUserPresence>>;
  /** Changes some of this user's settings. Resolves with whether that was done. */
  updatePresenceSettings: (input: PresenceSettingsInput) => Promise<boolean>;
  /** Whether this user is to look like one who is not there. Resolves with whether that was done. */
  setInvisibleMode: (isInvisible: boolean) => Promise<boolean>;
  /** Reads this user's settings anew. */
  refreshPresenceSettings: () => Promise<void>;
}

/** The actions over a client's presence; what tells this user's status only where that is enabled. */
export function presenceActions(client: RealtimeClient, enablePresence: boolean): PresenceActions {
  const { presence } = client;
  const { account } = hostOf(client);
  const visible = async (userIds: readonly string[]) => {
    const found = await presence.getVisiblePresence(account.userId, userIds);
    return new Map(found.map((user) => [user.userId, user]));
  };
  const whenPresent = ifEnabled(enablePresence);
  return {
    setStatus: whenPresent((status) => presence.setStatus(status)),
    setCustomStatus: whenPresent((status) => presence.setCustomStatus(status)),
    clearCustomStatus: whenPresent(() => presence.clearCustomStatus()),
    subscribeToUsers: (userIds) => presence.subscribeToUsers(userIds),
    unsubscribeFromUsers: (userIds) => presence.unsubscribeFromUsers(userIds),
    getPresence: (userId) => presence.getPresence(userId),
    getFilteredPresence: async (userId) => (await visible([userId])).get(userId),
    fetchPresence: (userIds) => presence.fetchPresence(userIds),
    fetchFilteredPresence: async (userIds) => {
      await presence.fetchPresence(userIds);
      return visible(userIds);
    },
    updatePresenceSettings: async (input) =>
      (await presence.updatePresenceSettings(account.userId, input)) !== null,
    setInvisibleMode: (isInvisible) => presence.setInvisibleMode(isInvisible),
    refreshPresenceSettings: async () => {
      await presence.getPresenceSettings(account.userId);
    },
  };
}
