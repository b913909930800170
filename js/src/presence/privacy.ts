import { checkedText } from "../checks.js";
import type { UserPresence } from "../types.js";
import type { PresenceServiceConfig } from "./config.js";
import { PresencePeople } from "./people.js";
import type { PresenceSettings } from "./settings.js";
import {
  ALL_VISIBLE,
  type FilteredUserPresence,
  filtered,
  NOTHING_VISIBLE,
  type PresenceVisibilityResult,
  type SettingsLookup,
  visibilityOf,
} from "./visibility.js";

const USER = "a user's id";

/** The part of a `PresenceService` that knows who may see whom. */
export abstract class PresencePrivacy extends PresencePeople {
  /** Lays options over those given before; they are the client's. @throws `VALIDATION_ERROR` */
  configure(options: PresenceServiceConfig): void {
    const { enablePrivacyFiltering, graphqlEndpoint, getAuthToken, debug: _, ...config } = options;
    this.host.configureService("presence", config);
    this.host.presencePrivacy.lay({ enablePrivacyFiltering, graphqlEndpoint, getAuthToken });
  }

  /** A user's settings; null where there are none, or they cannot be read: of others, the realtime server gives none. */
  async getPresenceSettings(userId: string): Promise<PresenceSettings | null> {
    if (this.isOwn(userId)) {
      const { account } = this.host;
      account.activate();
      return account.settings ?? this.attempt(() => account.refreshSettings(), null);
    }
    const found = await this.#settingsOf(userId);
    return found === "failed" ? null : found;
  }

  /** What one user may see of another, where this can be found out; else nothing. */
  async canViewPresence(viewerId: string, targetId: string): Promise<PresenceVisibilityResult> {
    return (await this.#judge(viewerId, targetId)).visibility;
  }

  /** Users of whom something is known, with nothing in it that the viewer may not see. */
  async getVisiblePresence(
    viewerId: string,
    targetIds: readonly string[],
  ): Promise<FilteredUserPresence[]> {
    const known = targetIds.flatMap((id) => {
      const presence = this.client.getSnapshot(`user:${checkedText(id, USER)}`);
      return presence ? [presence] : [];
    });
    return Promise.all(known.map((presence) => this.#visible(viewerId, presence)));
  }

  clearPresenceSettingsCache(): void {
    this.host.account.forgetLookups("settings:");
  }

  clearContactsCache(): void {
    this.host.account.forgetLookups("contact:");
  }

  /** Finds anew what others let this user see. */
  clearPrivacyCaches(): void {
    this.host.account.forgetLookups();
  }

  /** Asks the server how users are now. */
  abstract fetchPresence(userIds: readonly string[]): Promise<Map<string, UserPresence>>;

  async #visible(viewerId: string, presence: UserPresence): Promise<FilteredUserPresence> {
    if (!this.host.presencePrivacy.isFiltering) {
      return { ...presence, ...ALL_SHOWN };
    }
    const { found, visibility } = await this.#judge(viewerId, presence.userId);
    return filtered(presence, found, visibility);
  }

  async #judge(viewerId: string, targetId: string): Promise<Judgement> {
    const found = null;
    if (viewerId === targetId) return { found, visibility: ALL_VISIBLE };
    if (this.#isEnforced()) return { found, visibility: await this.#asShown(viewerId, targetId) };
    const [settings, contact] = await Promise.all([
      this.#settingsOf(targetId),
      this.#isContact(viewerId, targetId),
    ]);
    return { found: settings, visibility: visibilityOf(settings, contact) };
  }

  /** Whether the realtime server itself shows this user nothing that they may not see. */
  #isEnforced(): boolean {
    return this.client.connection.capabilities.includes("presence");
  }

  /** What such a server shows this user is what they may see; of what others see it says nothing. */
  async #asShown(viewerId: string, targetId: string): Promise<PresenceVisibilityResult> {
    if (!this.isOwn(viewerId)) return NOTHING_VISIBLE;
    const known = this.client.getSnapshot(`user:${targetId}`);
    const presence = known ?? (await this.fetchPresence([targetId])).get(targetId);
    if (!presence) return NOTHING_VISIBLE;
    const isShown = presence.status !== "offline" || presence.lastSeenAt !== undefined;
    return {
      canViewPresence: isShown,
      canViewOnlineStatus: isShown,
      canViewLastSeen: isShown,
      isContact: this.isUserContact(targetId),
      isInvisible: false,
    };
  }

  #settingsOf(userId: string): Promise<SettingsLookup> {
    const source = this.host.presencePrivacy.graphql;
    if (!source) return Promise.resolve("failed");
    const { account } = this.host;
    const found = account.lookUp(`settings:${userId}`, () => source.settings(userId));
    return found.catch(() => "failed" as const);
  }

  #isContact(viewerId: string, targetId: string): Promise<boolean | "failed"> {
    const source = this.host.presencePrivacy.graphql;
    if (!source) return Promise.resolve("failed");
    const key = `contact:${viewerId.length}:${viewerId}:${targetId}`;
    const found = this.host.account.lookUp(key, () => source.isContact(viewerId, targetId));
    return found.catch(() => "failed" as const);
  }
}

interface Judgement {
  found: SettingsLookup;
  visibility: PresenceVisibilityResult;
}

const ALL_SHOWN = { canViewOnlineStatus: true, canViewLastSeen: true, isContact: false };
