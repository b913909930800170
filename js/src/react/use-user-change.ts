"use client";

import { useCallback, useSyncExternalStore } from "react";
import { hostOf } from "../client-host.js";
import type { RealtimeClient } from "../realtime-client.js";

/** A number that is another one for another user, also where no provider says who is signed in. */
export function useUserChange(client: RealtimeClient): number {
  const host = hostOf(client);
  const subscribe = useCallback(
    (notify: () => void) => host.listeners.userForgotten.add(notify),
    [host],
  );
  const read = () => host.user.forgotten;
  return useSyncExternalStore(subscribe, read, read);
}
