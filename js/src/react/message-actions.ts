"use client";

import { hostOf } from "../client-host.js";
import { realtimeError } from "../errors.js";
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
   * new text, and undefined is the result; a parked one is sent again. One that is on its way is
   * changed once it is there, if the page is open by then.
   *
   * @param options - Without a `baseVersion` it is the version that is shown.
   */
  edit: (
    id: string,
    content: string,
    options?: EditMessageOptions,
  ) => Promise<OperationReceipt | undefined>;
  /**
   * Deletes a message. One that the server does not have yet is not sent, and undefined is the
   * result. One that is on its way is deleted once it is there, if the page is open by then.
   */
  remove: (id: string) => Promise<OperationReceipt | undefined>;
  /**
   * Adds this user's reaction, or takes it back where it is there. With a message that is on its
   * way that is done once it is there, if the page is open by then.
   *
   * @throws `CANCELLED` for a message that does not get to the server.
   */
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
  const serverId = (message: MessageEvent | undefined, id: string) => message?.messageId ?? id;
  /** A message once it is another than it was: sent, parked, or with another text; undefined once it is gone. */
  const changed = (before: MessageEvent) =>
    new Promise<MessageEvent | undefined>((resolve) => {
      const look = () => {
        const message = find(messageKey(before));
        const isSame = message?.state === before.state && message?.content === before.content;
        if (message && isSame) return;
        unsubscribe();
        resolve(message);
      };
      const unsubscribe = client.subscribe(`timeline:${roomName}`, look);
    });
  /**
   * Does with a message what can be done before the server has it: `settled` once `act` has done
   * so, or the message is gone. Else the message as the server has it: until then it is on its way,
   * or another tab sends, and was asked.
   */
  const atServer = async (id: string, act: (queued: string, message: MessageEvent) => boolean) => {
    let message = find(id);
    for (let queued = queuedId(message); message && queued; queued = queuedId(message)) {
      if (act(queued, message)) return "settled";
      message = await changed(message);
      if (!message) return "settled";
    }
    return message;
  };

  return {
    send: (content, options) => rooms.sendMessage(roomName, content, options),
    edit: async (id, content, options) => {
      let wasAsked = false;
      const message = await atServer(id, (queued, { state, content: text }) => {
        wasAsked = true;
        const isChanged = text === content || queue.updateQueuedMessage(queued, { content });
        if (isChanged && state === "failed") queue.retryMessage(queued);
        return isChanged;
      });
      if (message === "settled" || (wasAsked && message?.content === content)) return undefined;
      // A change of ours that waits will make another version of it.
      const baseVersion = message?.isPending ? undefined : message?.version;
      const messageId = serverId(message, id);
      return rooms.editMessage(roomName, messageId, content, { baseVersion, ...options });
    },
    remove: async (id) => {
      const message = await atServer(id, (queued) => queue.removeFromQueue(queued));
      return message === "settled"
        ? undefined
        : rooms.deleteMessage(roomName, serverId(message, id));
    },
    react: async (id, emoji) => {
      const message = await atServer(id, (_, { state }) => state === "failed");
      if (message === "settled") throw realtimeError("CANCELLED", "the message was not sent");
      const messageId = serverId(message, id);
      const { userId } = hostOf(client).account;
      const reaction = message?.reactions?.find((reaction) => reaction.emoji === emoji);
      return reaction?.userIds.includes(userId)
        ? rooms.removeReaction(roomName, messageId, emoji)
        : rooms.addReaction(roomName, messageId, emoji);
    },
    retry: (id) => queue.retryMessage(queuedId(find(id)) ?? id),
    discard: (id) => queue.removeFromQueue(queuedId(find(id)) ?? id),
  };
}

/** The id in the queue of a message that the server does not have yet. */
function queuedId(message: MessageEvent | undefined): string | undefined {
  const isQueued = message?.state === "failed" || message?.state === "sending";
  return isQueued ? message.clientMessageId : undefined;
}
