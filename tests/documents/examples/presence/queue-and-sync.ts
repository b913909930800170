// Queue and synchronisation: a message without a connection, events, synchronising by hand.
import { getOfflineQueueService, getSyncService } from "nchat-realtime";
import "../../prelude/given";

const offlineQueue = getOfflineQueueService({ debug: true });
offlineQueue.initialize();

export const queued = offlineQueue.queueMessage({
  channelId: "ch-1",
  content: "Written in a tunnel",
  type: "text",
});

export const flushed: number[] = [];
offlineQueue.subscribe((event, data) => {
  if (event === "queue:flushed") flushed.push(data.count);
});

const syncService = getSyncService({
  autoSyncOnReconnect: true,
  debug: true,
});
syncService.initialize();

export const events: string[] = [];
syncService.subscribe((event, data) => {
  events.push(event === "sync:progress" ? `${event} ${data.progress}` : event);
});

/** What the document awaits at once, for when there is a connection. */
export async function synchronise() {
  const result = await syncService.syncOnReconnect();
  const { messages, conflicts } = await syncService.syncMessages("ch-1");
  return { result, messages, conflicts };
}
