"use client";

import type { RealtimeClient } from "../realtime-client.js";
import type { EditMessageOptions } from "../room-messages.js";
import { messageKey } from "../topics.js";
import type {
  AppDefined,
  MessageEvent,
  OperationReceipt,
  SendMessageOptions,
  SendReceipt,
} from "../types.js";

/** What is done with the messages of one room. An id is the server's, or the message's key. All functions are stable. */
export interface MessageActions {
  /** Sends a message: it shows at once, and waits for a connection where there is none. Errors: as `RoomsService.sendMessage`. */
  send: (content: AppDefined, options?: SendMessageOptions) => Promise<SendReceipt>;
  /**
   * Gives one's own message another text. One that the server does not have yet is sent with the
   * new text, and undefined is the result; a parked one is sent again.
   *
   * @param options - Without a `baseVersion` it is the version that is shown.
   */
  edit: (
    id: string,
    content: string,
    options?: EditMessageOptions,
  ) => Promise<OperationReceipt | undefined>;
  /** Deletes a message; one that the server does not have yet is not sent. */
  remove: (id: string) => Promise<OperationReceipt | undefined>;
  /** Adds this user's reaction, or takes it back where it is there. */
  react: (id: string, emoji: string) => Promise<OperationReceipt>;
  /** Sends a message again that failed. False where none is parked under this id. */
  retry: (id: string) => boolean;
  /** Gives a message up that failed or waits. False where it is on its way, or at the server. */
  discard: (id: string) => boolean;
}

/** The actions over the messages of one room of a client. */
export function messageActions(client: RealtimeClient, roomName: string): MessageActions {
  const { rooms, queue } = client;
  const find = (id: string) =>
    client
      .getSnapshot(`timeline:${roomName}`)
      .find((message) => message.messageId === id || messageKey(message) === id);
  /** The id in the queue of a message that the server does not have yet. */
  const queuedId = (message: MessageEvent | undefined) =>
    message?.state === "failed" || message?.state === "sending"
      ? message.clientMessageId
      : undefined;
  const serverId = (message: MessageEvent | undefined, id: string) => message?.messageId ?? id;

  return {
    send: (content, options) => rooms.sendMessage(roomName, content, options),
    edit: async (id, content, options) => {
      const message = find(id);
      const queued = queuedId(message);
      if (queued !== undefined && queue.updateQueuedMessage(queued, { content })) {
        if (message?.state === "failed") queue.retryMessage(queued);
        return undefined;
      }
      // A change of ours that waits will make another version of it.
      const baseVersion = message?.isPending ? undefined : message?.version;
      const messageId = serverId(message, id);
      return rooms.editMessage(roomName, messageId, content, { baseVersion, ...options });
    },
    remove: async (id) => {
      const message = find(id);
      const queued = queuedId(message);
      if (queued !== undefined && queue.removeFromQueue(queued)) return undefined;
      return rooms.deleteMessage(roomName, serverId(message, id));
    },
    react: (id, emoji) => {
      const message = find(id);
      const messageId = serverId(message, id);
      const userId = client.auth?.userId;
      const reaction = message?.reactions?.find((reaction) => reaction.emoji === emoji);
      return userId !== undefined && reaction?.userIds.includes(userId)
        ? rooms.removeReaction(roomName, messageId, emoji)
        : rooms.addReaction(roomName, messageId, emoji);
    },
    retry: (id) => queue.retryMessage(queuedId(find(id)) ?? id),
    discard: (id) => queue.removeFromQueue(queuedId(find(id)) ?? id),
  };
}
