import { checkedText } from "./checks.js";
import { ClientService } from "./client-service.js";
import type { RealtimeClient } from "./realtime-client.js";
import type { QueueEvent } from "./service-events.js";
import type {
  FlushResult,
  OfflineQueueConfig,
  QueuedMessage,
  QueuedMessagePatch,
  QueueMessageInput,
  QueueSnapshot,
  Unsubscribe,
} from "./types.js";

const ID = "a message's id";

/** Options of an {@link OfflineQueueService}. A key that is absent or `undefined` keeps what is set. */
export interface OfflineQueueServiceConfig extends OfflineQueueConfig {
  /** Accepted for compatibility: what is kept is named by server and user. */
  storageKey?: string;
  /** Accepted for compatibility: the events tell everything. */
  debug?: boolean;
}

/**
 * The messages of this user that the server has not taken yet, in every tab of this browser: kept
 * over reloads and crashes, sent in order for each channel as soon as there is a connection, each
 * taken by the server once.
 *
 * Methods that change the queue throw `NOT_INITIALIZED` until `init()` is done; those that read it
 * answer as for an empty one.
 */
export class OfflineQueueService extends ClientService<QueueEvent> {
  /** Most apps take the one of {@link getOfflineQueueService}, or `client.queue`. */
  constructor(client: RealtimeClient, config: OfflineQueueServiceConfig = {}) {
    super(client);
    this.configure(config);
  }

  /** Lays options over those given before; they are the client's. @throws `VALIDATION_ERROR` */
  configure({ storageKey: _, debug: __, ...config }: OfflineQueueServiceConfig): void {
    this.host.configureService("queue", config);
  }

  /**
   * Queues a message; with a connection it is sent at once. It survives the end of this page from
   * the moment this returns, and that of the browser from `message:persisted` on.
   *
   * @throws `QUEUE_FULL` where `maxQueueSize` messages wait: nothing is ever dropped for another;
   * `VALIDATION_ERROR`; `NOT_INITIALIZED`.
   */
  queueMessage(message: QueueMessageInput): QueuedMessage {
    return this.host.call((_, { queue }) => queue.queueMessage(message));
  }

  /** What waits, what is on its way, and what is parked, in order. */
  getQueuedMessages(): QueuedMessage[] {
    return this.host.read(({ queue }) => queue.getQueuedMessages()) ?? [];
  }

  /** The same of one channel. */
  getQueuedMessagesForChannel(channelId: string): QueuedMessage[] {
    return this.getQueuedMessages().filter((message) => message.channelId === channelId);
  }

  /** A queued message; undefined once the server has it, or it was taken out. */
  getQueuedMessage(id: string): QueuedMessage | undefined {
    const checked = checkedText(id, ID);
    return this.host.read(({ queue }) => queue.getQueuedMessage(checked));
  }

  /** How many messages are queued, parked ones included. */
  getQueueLength(): number {
    return this.snapshot.length;
  }

  /** Whether nothing is queued; what earlier pages left counts from `snapshot.isLoaded` on. */
  isEmpty(): boolean {
    return this.getQueueLength() === 0;
  }

  /**
   * Takes a message out. True where it is certain not to be sent. False where it is on its way or
   * gone, and where another tab sends: that is asked, and `message:removed` tells if it did.
   */
  removeFromQueue(id: string): boolean {
    return this.host.call((_, { queue }) => queue.removeFromQueue(checkedText(id, ID)));
  }

  /** Changes a message that is not on its way. False where it may be, or is gone, and where another tab sends: that is asked, and `message:updated` tells. */
  updateQueuedMessage(id: string, patch: QueuedMessagePatch): boolean {
    return this.host.call((_, { queue }) => queue.updateQueuedMessage(checkedText(id, ID), patch));
  }

  /** Lets a parked message wait again, in its old place. False where none is parked. */
  retryMessage(id: string): boolean {
    return this.host.call((_, { queue }) => queue.retryMessage(checkedText(id, ID)));
  }

  /** Takes everything out that is not on its way, as {@link OfflineQueueService.removeFromQueue}. Returns how many messages are certain not to be sent. */
  clearQueue(): number {
    return this.host.call((_, { queue }) => queue.clearQueue());
  }

  /** Sends what waits, now. Resolves once that is done, with the counts; without a connection at once. */
  flushQueue(): Promise<FlushResult> {
    return this.host.request((_, { queue }) => queue.flushQueue());
  }

  /** Whether something is being sent. */
  get flushing(): boolean {
    return this.snapshot.isFlushing;
  }

  /** Counts over the queue, frozen; the identical object until one changes. */
  get snapshot(): Readonly<QueueSnapshot> {
    return this.client.getSnapshot("queue");
  }

  protected override listen(tell: (...event: QueueEvent) => void): Unsubscribe {
    return this.host.listeners.queue.add(tell);
  }
}
