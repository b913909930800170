import { checkedText } from "./checks.js";
import { ClientPart } from "./client-part.js";
import type {
  AppDefined,
  OlderMessages,
  OperationReceipt,
  SendMessageOptions,
  SendReceipt,
  TimelineGap,
} from "./types.js";

/** What is said of a room's name that is no string. */
export const ROOM_NAME = "a room's name";
const MESSAGE_ID = "a message's id";

/** Options of {@link RoomMessages.editMessage}. */
export interface EditMessageOptions {
  /** The `version` that the new text was made from; of another one the server refuses the edit. Default: any. */
  baseVersion?: number;
}

/**
 * What is done with a room's messages. Every change is queued first and sent then, with a
 * connection or without one: it shows at once, survives a reload, and reaches the server once.
 * The promises settle with the server's answer, however long that takes.
 */
export abstract class RoomMessages extends ClientPart {
  /**
   * Sends a message under an idempotency key of its own; without a connection it waits for one.
   * The message is in the room's timeline, and reaches `onMessage`, once.
   *
   * @throws The server's refusal, as `VALIDATION_ERROR` for an empty text; `PAYLOAD_TOO_LARGE`;
   * `UNKNOWN_OUTCOME` where the connection was lost after sending and the server knows no
   * idempotency keys. With these the message stays in the timeline as `failed`, until it is sent
   * again, with another text perhaps, or given up: see `OfflineQueueService`. `QUEUE_FULL`.
   */
  sendMessage(
    roomName: string,
    content: AppDefined,
    options?: SendMessageOptions,
  ): Promise<SendReceipt> {
    return this.host.request((_, { rooms }) =>
      rooms.sendMessage(checkedText(roomName, ROOM_NAME), content, options),
    );
  }

  /**
   * Gives one's own message another text.
   *
   * @throws `STALE_VERSION` where the message is another than `baseVersion` by now: both texts
   * are kept, see `SyncService`. Else as {@link RoomMessages.sendMessage}.
   */
  editMessage(
    roomName: string,
    messageId: string,
    content: string,
    options?: EditMessageOptions,
  ): Promise<OperationReceipt> {
    return this.host.request((_, { rooms }) => {
      const text = checkedText(content, "a message's text");
      return rooms.editMessage(...this.#place(roomName, messageId), text, options);
    });
  }

  /** Deletes a message: one's own, or any where the role in the room allows it. */
  deleteMessage(roomName: string, messageId: string): Promise<OperationReceipt> {
    return this.host.request((_, { rooms }) =>
      rooms.deleteMessage(...this.#place(roomName, messageId)),
    );
  }

  /** Adds this user's reaction to a message; one that is there already stays. */
  addReaction(roomName: string, messageId: string, emoji: string): Promise<OperationReceipt> {
    return this.host.request((_, { rooms }) =>
      rooms.addReaction(...this.#place(roomName, messageId), checkedText(emoji, "a reaction")),
    );
  }

  /** Takes this user's reaction back. */
  removeReaction(roomName: string, messageId: string, emoji: string): Promise<OperationReceipt> {
    return this.host.request((_, { rooms }) =>
      rooms.removeReaction(...this.#place(roomName, messageId), checkedText(emoji, "a reaction")),
    );
  }

  /**
   * Fetches the page of messages before those that are here, into the room's timeline. Calls
   * while it is under way share it.
   *
   * @throws `NOT_CONNECTED`, `NOT_IN_ROOM`, `TIMEOUT`, or the server's refusal.
   */
  loadOlder(roomName: string): Promise<OlderMessages> {
    return this.host.request((_, { rooms }) => rooms.loadOlder(checkedText(roomName, ROOM_NAME)));
  }

  /** What is known to be missing between a room's messages, frozen; it is fetched by itself. */
  getGaps(roomName: string): readonly TimelineGap[] {
    return this.client.getSnapshot(`gaps:${checkedText(roomName, ROOM_NAME)}`);
  }

  #place(roomName: string, messageId: string): [roomName: string, messageId: string] {
    return [checkedText(roomName, ROOM_NAME), checkedText(messageId, MESSAGE_ID)];
  }
}
