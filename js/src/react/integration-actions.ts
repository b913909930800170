"use client";

import type { IntegrationServices } from "../integration-services.js";
import { typingTopic } from "../topics.js";
import { shownTypers, typingText } from "../typing/text.js";
import type { ReadTopic } from "./use-tracked-reads.js";

/** Own and others' presence. All functions are stable. */
export type PresenceActions = ReturnType<typeof presenceActions>;
/** Own and others' typing. All functions are stable. */
export type TypingActions = ReturnType<typeof typingActions>;
/** Receipts. All functions are stable. */
export type DeliveryActions = ReturnType<typeof deliveryActions>;
/** What waits to be sent. All functions are stable. */
export type QueueActions = ReturnType<typeof queueActions>;

type Service<K extends keyof IntegrationServices> = NonNullable<IntegrationServices[K]>;

export function presenceActions(presence: Service<"presence">, read: ReadTopic) {
  return {
    setStatus: presence.setStatus.bind(presence),
    setCustomStatus: presence.setCustomStatus.bind(presence),
    getStatus: () => read("presence").status,
    getCustomStatus: () => read("presence").customStatus,
    subscribeToUsers: presence.subscribeToUsers.bind(presence),
    unsubscribeFromUsers: presence.unsubscribeFromUsers.bind(presence),
    getPresence: (userId: string) => read(`user:${userId}`),
  };
}

export function typingActions(typing: Service<"typing">, read: ReadTopic) {
  return {
    startTyping: typing.startTyping.bind(typing),
    stopTyping: typing.stopTyping.bind(typing),
    handleInputChange: typing.handleInputChange.bind(typing),
    getTypingUsers: (roomName: string, threadId?: string) =>
      shownTypers(read(typingTopic(roomName, threadId)).users),
    getTypingText: (roomName: string, threadId?: string) =>
      typingText(read(typingTopic(roomName, threadId)).users),
  };
}

export function deliveryActions(delivery: Service<"delivery">) {
  const syncDeliveryStatus = delivery.syncDeliveryStatus.bind(delivery);
  return {
    trackOutgoing: delivery.trackOutgoing.bind(delivery),
    acknowledgeRead: delivery.acknowledgeRead.bind(delivery),
    syncDeliveryStatus,
    /** Alias of `syncDeliveryStatus`. */
    syncStatus: syncDeliveryStatus,
    subscribe: delivery.subscribe.bind(delivery),
  };
}

export function queueActions(queue: Service<"queue">, read: ReadTopic) {
  return {
    queueMessage: queue.queueMessage.bind(queue),
    getQueuedMessages: () => (read("queue").length === 0 ? [] : queue.getQueuedMessages()),
    getQueueLength: () => read("queue").length,
    clearQueue: queue.clearQueue.bind(queue),
    subscribe: queue.subscribe.bind(queue),
  };
}
