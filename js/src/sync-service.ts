import { checkedText } from "./checks.js";
import { ClientService } from "./client-service.js";
import type {
  ConflictResolutionResult,
  ResolutionStrategy,
  ResolvableConflict,
} from "./conflict-resolution/types.js";
import { settleConflict } from "./conflict-settlement.js";
import type { RealtimeClient } from "./realtime-client.js";
import type { SyncEvent } from "./service-events.js";
import type {
  SyncConfig,
  SyncedChannels,
  SyncedPresence,
  SyncMessagesResult,
  SyncResult,
  SyncSnapshot,
  SyncStatus,
  Unsubscribe,
} from "./types.js";

const CHANNEL = "a channel's id";

/** Options of a {@link SyncService}. A key that is absent or `undefined` keeps what is set. */
export interface SyncServiceConfig extends SyncConfig {
  /**
   * What is done about a conflict at once. Default `manual`: both texts are kept, and the edit
   * stays in the queue, until `resolveConflict` is called.
   */
  conflictStrategy?: ResolutionStrategy;
  /** Accepted for compatibility: what is kept is named by server and user. */
  storageKey?: string;
  /** Accepted for compatibility: the events tell everything. */
  debug?: boolean;
}

/**
 * Brings this client up to date after a reconnect, by itself: sends what is queued, then fetches
 * rooms, their missed messages, receipts and presence.
 */
export class SyncService extends ClientService<SyncEvent> {
  /** Most apps take the one of {@link getSyncService}, or `client.sync`. */
  constructor(client: RealtimeClient, config: SyncServiceConfig = {}) {
    super(client);
    this.configure(config);
  }

  /** Lays options over those given before; they are the client's. @throws `VALIDATION_ERROR` */
  configure(options: SyncServiceConfig): void {
    const { conflictStrategy, storageKey: _, debug: __, ...config } = options;
    this.host.configureService("sync", config);
    if (conflictStrategy) this.host.conflicts.strategy = conflictStrategy;
  }

  /**
   * Does what is done after a reconnect, now. A part that failed is counted in the result.
   *
   * @throws `NOT_CONNECTED`; `TIMEOUT` after `syncTimeout`; `CANCELLED`; an error where one is
   * under way already.
   */
  syncOnReconnect(): Promise<SyncResult> {
    return this.host.request((_, { sync }) => sync.syncOnReconnect());
  }

  /**
   * Fetches what a channel's messages lack.
   *
   * @param since - In ms since 1970, for servers whose messages have no `seq`. Default: where the
   * last fetch ended.
   */
  syncMessages(channelId: string, since?: number): Promise<SyncMessagesResult> {
    return this.host.request((_, { sync }) =>
      sync.syncMessages(checkedText(channelId, CHANNEL), since),
    );
  }

  /** Fetches the channels of this user. */
  syncChannels(): Promise<SyncedChannels> {
    return this.host.request((_, { sync }) => sync.syncChannels());
  }

  /** Fetches the presence of those it is followed of. */
  syncPresence(): Promise<SyncedPresence> {
    return this.host.request((_, { sync }) => sync.syncPresence());
  }

  /** Ends a synchronisation under way: it rejects `CANCELLED`, and what it brought stays. */
  cancelSync(): void {
    this.host.callIfAny((_, { sync }) => sync.cancelSync());
  }

  /** When a synchronisation was last completed, in ms since 1970. */
  getLastSyncTimestamp(): number | null {
    return this.snapshot.lastSyncTimestamp;
  }

  /** When a channel's messages were last complete, in ms since 1970 by the server's clock. */
  getChannelSyncTimestamp(channelId: string): number | null {
    const channel = checkedText(channelId, CHANNEL);
    return this.host.read(({ sync }) => sync.getChannelSyncTimestamp(channel)) ?? null;
  }

  /**
   * Resolves what `sync:conflict` told of, as {@link ConflictResolutionService.resolveConflict}
   * does, and acts on it: the server's text takes the edit out of the queue; any other one is
   * sent as an edit of what the server has now.
   */
  resolveConflict(
    conflict: ResolvableConflict,
    strategy?: ResolutionStrategy,
    userChoice?: { content: string },
  ): ConflictResolutionResult {
    return settleConflict(this.host, conflict, strategy, userChoice);
  }

  /** Where synchronisation stands. */
  get syncStatus(): SyncStatus {
    return this.snapshot.status;
  }

  /** Whether one is under way. */
  get isSyncing(): boolean {
    return this.snapshot.isSyncing;
  }

  /** All of it, frozen; the identical object until something changes. */
  get snapshot(): Readonly<SyncSnapshot> {
    return this.client.getSnapshot("sync");
  }

  protected override listen(tell: (...event: SyncEvent) => void): Unsubscribe {
    return this.host.listeners.sync.add(tell);
  }
}
