"use client";

import type { RealtimeClient } from "../realtime-client.js";
import type { ConnectionSnapshot } from "../types.js";
import { useSnapshot } from "./use-snapshot.js";

/** Whether the engine has crashed, and was not recovered since: what it is told then is told in vain. */
export function useIsCrashed(client: RealtimeClient): boolean {
  return useSnapshot(client, "connection", isCrashed);
}

function isCrashed({ error }: Readonly<ConnectionSnapshot>): boolean {
  return error?.code === "CLIENT_CRASHED";
}
