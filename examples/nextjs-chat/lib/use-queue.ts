import { realtimeClient } from "nchat-realtime";
import { useSyncExternalStore } from "react";

const subscribe = (notify: () => void) => realtimeClient.subscribe("queue", notify);
const read = () => realtimeClient.getSnapshot("queue");
const readOnServer = () => realtimeClient.getServerSnapshot("queue");

/** The counts over the queue that `useOfflineStatus` adds up. */
export function useQueue() {
  return useSyncExternalStore(subscribe, read, readOnServer);
}
