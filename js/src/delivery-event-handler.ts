import { checkedText, refused } from "./checks.js";
import { ClientService } from "./client-service.js";
import type { RealtimeClient } from "./realtime-client.js";
import type { DeliveryEvent } from "./service-events.js";
import type { DeliveryConfig, DeliveryRecord, UnreadCount, Unsubscribe } from "./types.js";

const MESSAGE = "a message's id";
const CHANNEL = "a channel's id";

/** Options of a {@link DeliveryEventHandler}. A key that is absent or `undefined` keeps what is set. */
export interface DeliveryEventHandlerConfig extends DeliveryConfig {
  /** Accepted for compatibility: the events tell everything. */
  debug?: boolean;
}

/**
 * Receipts, both ways: how far this user's messages have come, and what this user has read of
 * others'. Everything only adds up, so that any order of arrival comes out right; what could not
 * be told to the server yet is kept over disconnects and reloads.
 *
 * Methods that change something throw `NOT_INITIALIZED` until `init()` is done.
 */
export class DeliveryEventHandler extends ClientService<DeliveryEvent> {
  /** Most apps take the one of {@link getDeliveryEventHandler}, or `client.delivery`. */
  constructor(client: RealtimeClient, config: DeliveryEventHandlerConfig = {}) {
    super(client);
    this.configure(config);
  }

  /** Lays options over those given before; they are the client's. @throws `VALIDATION_ERROR` */
  configure({ debug: _, ...config }: DeliveryEventHandlerConfig): void {
    this.host.configureService("delivery", config);
  }

  /** As {@link DeliveryEventHandler.initialized}. */
  isReady(): boolean {
    return this.initialized;
  }

  /**
   * Follows a message that the app sends in its own way. Messages of this package are followed
   * without it.
   *
   * @param totalRecipients - Whole, 0 or more: members other than the author, until the server says.
   */
  trackOutgoingMessage(clientMessageId: string, channelId: string, totalRecipients = 1): void {
    if (!Number.isInteger(totalRecipients) || totalRecipients < 0) {
      throw refused("totalRecipients is a whole number, 0 or more");
    }
    const [id, channel] = [checkedText(clientMessageId, MESSAGE), checkedText(channelId, CHANNEL)];
    this.host.call((_, { delivery }) =>
      delivery.trackOutgoingMessage(id, channel, totalRecipients),
    );
  }

  /** Alias of {@link DeliveryEventHandler.trackOutgoingMessage}. */
  trackOutgoing(clientMessageId: string, channelId: string, totalRecipients?: number): void {
    this.trackOutgoingMessage(clientMessageId, channelId, totalRecipients);
  }

  /** Says that this user has read a channel up to a message. Told to the server once per `batchReadInterval` and channel. */
  acknowledgeRead(messageId: string, channelId: string): void {
    const [id, channel] = [checkedText(messageId, MESSAGE), checkedText(channelId, CHANNEL)];
    this.host.call((_, { delivery }) => delivery.acknowledgeRead(id, channel));
  }

  /** As {@link DeliveryEventHandler.acknowledgeRead}, up to a `seq`; without one, all that is here. */
  acknowledgeReadUpTo(channelId: string, seq?: number): void {
    const channel = checkedText(channelId, CHANNEL);
    this.host.call((_, { delivery }) => delivery.acknowledgeReadUpTo(channel, seq));
  }

  /** Asks the server how far messages have come, by either of their ids. Resolves once it has answered; rejects `NOT_CONNECTED`, `TIMEOUT`. */
  syncDeliveryStatus(ids: readonly string[]): Promise<void> {
    return this.host.request((_, { delivery }) =>
      delivery.syncDeliveryStatus(ids.map((id) => checkedText(id, MESSAGE))),
    );
  }

  /** How far a message of this user has come, by either of its ids, frozen. */
  getRecord(id: string): Readonly<DeliveryRecord> | undefined {
    return this.client.getSnapshot(`delivery:${checkedText(id, MESSAGE)}`);
  }

  /** What waits to be read in a channel, frozen. */
  getUnread(channelId: string): Readonly<UnreadCount> {
    return this.client.getSnapshot(`unread:${checkedText(channelId, CHANNEL)}`);
  }

  protected override listen(tell: (...event: DeliveryEvent) => void): Unsubscribe {
    return this.host.listeners.delivery.add(tell);
  }
}
