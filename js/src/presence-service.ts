import { checkedText, isUserId, refused } from "./checks.js";
import { Emitter } from "./emitter.js";
import { onNextFrame } from "./frame.js";
import type { PresenceServiceConfig } from "./presence/config.js";
import { PresencePrivacy } from "./presence/privacy.js";
import { ask } from "./presence/source.js";
import { toUserPresence } from "./presence/views.js";
import type { RealtimeClient } from "./realtime-client.js";
import type {
  AppDefined,
  ChosenStatus,
  CustomStatus,
  PresenceCounts,
  PresenceStatusName,
  Unsubscribe,
  UserPresence,
} from "./types.js";

/** Which part of a room {@link PresenceService.getPresenceWindow} gives. */
export interface PresenceWindowOptions {
  /** Members to skip. Default 0. */
  offset?: number;
  /** Members to give, at most 100. Default 100. */
  limit?: number;
}

/** A part of a room's members. */
export interface PresenceWindow {
  presences: UserPresence[];
  offset: number;
  /** Members in all. */
  total: number;
  /** How many members are what, as this user may see them. */
  counts: PresenceCounts;
}

const USER = "a user's id";
const STATUSES: readonly PresenceStatusName[] = [
  "online",
  "away",
  "busy",
  "dnd",
  "offline",
  "invisible",
];
/** Users that the server answers for at once. */
const FETCHED_AT_ONCE = 100;

/**
 * Who is there. What this user chose is kept apart from nobody looking at the page: who comes back
 * is again what they chose. Of others it is known what the server lets this user see, of those who
 * were subscribed to, from the next connection on where there is none.
 */
export class PresenceService extends PresencePrivacy {
  readonly #changed = new Emitter<[presence: UserPresence]>();
  readonly #news = new Set<string>();
  /** Whom this service wants to know of, each once. */
  readonly #subscribed = new Set<string>();
  #detach: Unsubscribe | undefined;

  /** Most apps take the one of {@link getPresenceService}, or `client.presence`. */
  constructor(client: RealtimeClient, config: PresenceServiceConfig = {}) {
    super(client);
    this.configure(config);
    this.#attach();
  }

  /** Begins to tell the server how this user is, and to call listeners. Idempotent. */
  initialize(): void {
    this.#attach();
    this.startHeartbeat();
  }

  /** Whether listeners are called. */
  get initialized(): boolean {
    return this.#detach !== undefined;
  }

  /** Takes every listener off, and no longer wants to know of anybody. */
  destroy(): void {
    this.#detach?.();
    this.#detach = undefined;
    this.#changed.clear();
    this.unsubscribeFromUsers([...this.#subscribed]);
    this.stopHeartbeat();
  }

  /** What this user is, until they choose something else. @throws `VALIDATION_ERROR` */
  setStatus(status: PresenceStatusName): void {
    if (!STATUSES.includes(status)) throw refused(`a status is one of ${STATUSES.join(", ")}`);
    this.host.presence.choose(status);
  }

  /** As chosen, or `away` while nobody looks at the page of somebody who is online. */
  getStatus(): ChosenStatus {
    return this.client.getSnapshot("presence").status;
  }

  /** The status in this user's own words; null takes it away. It ends by itself at `expiresAt`. */
  setCustomStatus(status: CustomStatus | null): void {
    this.host.presence.setCustomStatus(status);
  }

  clearCustomStatus(): void {
    this.setCustomStatus(null);
  }

  getCustomStatus(): CustomStatus | null {
    return this.client.getSnapshot("presence").customStatus;
  }

  /** Wants to know of users, at most 100 at a time; more wait until there is room. */
  subscribeToUsers(userIds: readonly string[]): void {
    const added = userIds.filter((id) => !this.#subscribed.has(checkedText(id, USER)));
    for (const id of added) this.#subscribed.add(id);
    this.host.presence.want([...new Set(added)]);
  }

  /** No longer wants to know of users, for its part: components may. */
  unsubscribeFromUsers(userIds: readonly string[]): void {
    this.host.presence.unwant(userIds.filter((id) => this.#subscribed.delete(id)));
  }

  /** Users that somebody on the page wants to know of. */
  getSubscribedUserIds(): string[] {
    return this.host.presence.wanted;
  }

  /** A user as this one may see them, frozen; undefined where nothing is known of them. */
  getPresence(userId: string): Readonly<UserPresence> | undefined {
    return this.client.getSnapshot(`user:${checkedText(userId, USER)}`);
  }

  /** All of whom something is known. */
  getAllPresences(): Map<string, UserPresence> {
    return byId(this.client.getSnapshot("presences"));
  }

  /** Asks the server how users are now. Where it does not answer, what is known already. */
  async fetchPresence(userIds: readonly string[]): Promise<Map<string, UserPresence>> {
    const ids = userIds.map((id) => checkedText(id, USER)).filter(isUserId);
    const found: UserPresence[] = [];
    for (let start = 0; start < ids.length; start += FETCHED_AT_ONCE) {
      const page = ids.slice(start, start + FETCHED_AT_ONCE);
      found.push(...(await this.#fetch(page)));
    }
    return byId(found);
  }

  /**
   * A part of a room's members, by user id, and how many are what: for rooms of more than can be
   * subscribed to. Nothing of it is kept. Rejects `NOT_CONNECTED`, `TIMEOUT`, or as the server does.
   */
  async getPresenceWindow(
    roomName: string,
    { offset = 0, limit = FETCHED_AT_ONCE }: PresenceWindowOptions = {},
  ): Promise<PresenceWindow> {
    const page = await ask(this.host, "presence:window", { roomName, offset, limit });
    return { ...page, presences: page.presences.map(fromWire) };
  }

  /** Calls back when somebody is seen otherwise, once a frame at most for each. */
  onPresenceChange(listener: (presence: UserPresence) => void): Unsubscribe {
    return this.#changed.add(listener);
  }

  /** Tells the server how this user is, and then every `heartbeatInterval` that they are still there. */
  startHeartbeat(): void {
    this.host.presence.start(this, true);
  }

  /** Tells nothing any more, unless another service of this client or a provider does. */
  stopHeartbeat(): void {
    this.host.presence.start(this, false);
  }

  #attach(): void {
    this.#detach ??= this.host.listeners.presence.add((userId) => {
      if (this.#changed.size === 0) return;
      if (this.#news.size === 0) onNextFrame(() => this.#tell());
      this.#news.add(userId);
    });
  }

  #tell(): void {
    const news = [...this.#news];
    this.#news.clear();
    for (const userId of news) {
      const presence = this.getPresence(userId);
      if (presence) this.#changed.emit(presence);
    }
  }

  async #fetch(ids: string[]): Promise<UserPresence[]> {
    try {
      const views = await this.host.request((_, { presence }) => presence.fetch(ids));
      return views.map((view) => toUserPresence(view));
    } catch {
      const known = ids.map((id) => this.getPresence(id));
      return known.filter((presence) => presence !== undefined);
    }
  }
}

function byId(presences: readonly UserPresence[]): Map<string, UserPresence> {
  return new Map(presences.map((presence) => [presence.userId, presence]));
}

/** A presence as the server sent it, which names the absent `null`. */
function fromWire({ customStatus, lastSeenAt, ...presence }: AppDefined): UserPresence {
  const { userId, status, device } = presence;
  return toUserPresence({
    userId,
    status,
    ...(device && { device }),
    ...(customStatus && { customStatus }),
    ...(lastSeenAt && { lastSeenAt }),
  });
}
