// The queue of the guide's reference: each call once, and the events by name.
import { getOfflineQueueService } from "nchat-realtime";
import "../../prelude/given";

const queue = getOfflineQueueService();

export const heard: string[] = [];
queue.subscribe((event, _data) => {
  switch (event) {
    case "message:queued":
    case "message:sent":
    case "queue:flushing":
    case "queue:flushed":
      heard.push(event);
      break;
  }
});

export const queued = queue.queueMessage({
  channelId: "channel-123",
  content: "Hello from the queue",
  type: "text",
  threadId: "thread-1",
  mentions: ["bob"],
});

export const messages = queue.getQueuedMessages();

export const count = queue.getQueueLength();

export function clear(): void {
  queue.clearQueue();
}
