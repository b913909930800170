"use client";

import { useEffect, useMemo } from "react";
import { hostOf } from "../client-host.js";
import { unlessCrashed } from "../errors.js";
import type { PresenceSettings } from "../presence/settings.js";
import type { FilteredUserPresence } from "../presence/visibility.js";
import type { RealtimeClient } from "../realtime-client.js";
import type { ChosenStatus, CustomStatus, PresenceStatusName, UserPresence } from "../types.js";
import { leaseOf } from "./client-lease.js";
import { type PresenceActions, presenceActions } from "./presence-actions.js";
import { useByValue } from "./use-by-value.js";
import { useClient } from "./use-client.js";
import { useFilteredPresences } from "./use-filtered-presences.js";
import { useIsCrashed } from "./use-is-crashed.js";
import { useSnapshot, whole } from "./use-snapshot.js";
import { useSwitches } from "./use-switches.js";
import { useUserChange } from "./use-user-change.js";
import { useUserPresence, useWanted } from "./use-user-presence.js";

/** Options of {@link useRealtimePresence}. May be written inline. */
export interface UseRealtimePresenceOptions {
  /** Users to know of. Default none. */
  userIds?: readonly string[];
  /** As in `PresenceServiceConfig`; it is the client's. */
  enableIdleDetection?: boolean;
  /** As in `PresenceServiceConfig`; it is the client's. */
  idleTimeout?: number;
  /** What this user is until they choose something; without it their status is left alone. */
  initialStatus?: PresenceStatusName;
  /** Whether `filteredPresences` hides anything. Default true. */
  enablePrivacyFiltering?: boolean;
}

/** What {@link useRealtimePresence} returns for options. All functions are stable. */
export interface UseRealtimePresenceResult extends PresenceActions {
  /** This user's status: as chosen, or `away` while nobody looks at the page of somebody who is online. */
  status: ChosenStatus;
  customStatus: CustomStatus | null;
  /** Whether nobody looks at this page. */
  isIdle: boolean;
  /** All of whom something is known. */
  presences: ReadonlyMap<string, UserPresence>;
  /** The same with nothing in it that this user may not see. */
  filteredPresences: ReadonlyMap<string, FilteredUserPresence>;
  /** Who may know what of this user; null until it is known. */
  presenceSettings: Readonly<PresenceSettings> | null;
  /** Whether this user cannot be told from one who is not there. */
  isInvisible: boolean;
}

/** What {@link useRealtimePresence} returns for one user. */
export interface UseOneUserPresenceResult {
  /** As far as this user may see it; undefined until something is known. */
  presence: Readonly<UserPresence> | undefined;
  isLoading: boolean;
}

/** One user's presence. Renders again when that changes, once a frame at most. */
export function useRealtimePresence(userId: string): UseOneUserPresenceResult;
/**
 * This user's own presence, and that of others. Renders again when any of it changes, once a frame
 * at most; for one user, `useUserPresence` renders less. Never changes this user's status but by
 * `initialStatus`, and by what is done with what it returns; with `enablePresence: false` of the
 * provider nothing of this user's status is told.
 */
export function useRealtimePresence(
  options?: UseRealtimePresenceOptions,
): UseRealtimePresenceResult;
export function useRealtimePresence(
  of: string | UseRealtimePresenceOptions = {},
): UseOneUserPresenceResult | UseRealtimePresenceResult {
  // A component asks in one of the two ways, always.
  // biome-ignore lint/correctness/useHookAtTopLevel: which of the two it is never changes
  return typeof of === "string" ? useOneUser(of) : usePresenceOfAll(of);
}

function useOneUser(userId: string): UseOneUserPresenceResult {
  const presence = useUserPresence(userId);
  return useMemo(() => ({ presence, isLoading: presence === undefined }), [presence]);
}

function usePresenceOfAll(options: UseRealtimePresenceOptions): UseRealtimePresenceResult {
  const { client } = useClient();
  const { enablePresence } = useSwitches();
  usePresenceOptions(client, options, enablePresence);
  useWanted(options.userIds ?? NOBODY);
  const own = useSnapshot(client, "presence", whole);
  const list = useSnapshot(client, "presences", whole);
  const presenceSettings = useSnapshot(client, "settings", whole);
  const presences = useMemo(() => byId(list), [list]);
  const filteredPresences = useFilteredPresences(client, list);
  const actions = useMemo(() => presenceActions(client, enablePresence), [client, enablePresence]);
  return {
    status: own.status,
    customStatus: own.customStatus,
    isIdle: own.isIdle,
    presences,
    filteredPresences,
    presenceSettings,
    isInvisible: own.chosenStatus === "invisible" || presenceSettings?.invisibleMode === true,
    ...actions,
  };
}

const NOBODY: readonly string[] = [];

function usePresenceOptions(
  client: RealtimeClient,
  {
    enableIdleDetection,
    idleTimeout,
    enablePrivacyFiltering,
    initialStatus,
  }: UseRealtimePresenceOptions,
  enablePresence: boolean,
): void {
  const config = useByValue({ enableIdleDetection, idleTimeout, enablePrivacyFiltering });
  const isCrashed = useIsCrashed(client);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an engine that has crashed was told nothing
  useEffect(() => {
    unlessCrashed(() => client.presence.configure(config));
    hostOf(client).account.activate();
  }, [client, config, isCrashed]);
  useEffect(() => {
    return enablePresence ? leaseOf(client).retainPresence() : undefined;
  }, [client, enablePresence]);
  const userChange = useUserChange(client);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another user has chosen nothing yet
  useEffect(() => {
    const { presence } = hostOf(client);
    if (enablePresence && initialStatus !== undefined && !presence.hasChosen)
      client.presence.setStatus(initialStatus);
  }, [client, enablePresence, initialStatus, userChange]);
}

function byId(presences: readonly UserPresence[]): ReadonlyMap<string, UserPresence> {
  return new Map(presences.map((presence) => [presence.userId, presence]));
}
