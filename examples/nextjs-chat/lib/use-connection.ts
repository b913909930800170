import { realtimeClient } from "nchat-realtime";
import { useSyncExternalStore } from "react";

const subscribe = (notify: () => void) => realtimeClient.subscribe("connection", notify);
const read = () => realtimeClient.getSnapshot("connection");
const readOnServer = () => realtimeClient.getServerSnapshot("connection");

/** The whole connection: what `useRealtime` gives, and when it tries again, latency, reason and so on. */
export function useConnection() {
  return useSyncExternalStore(subscribe, read, readOnServer);
}
