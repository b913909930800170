"use client";

import { useContext } from "react";
import type { RealtimeClient } from "../realtime-client.js";
import { realtimeClient } from "../singletons.js";
import { SessionContext } from "./context.js";

/** The client of the nearest provider, else the package's `realtimeClient`; and whose it is. */
export function useClient(): { client: RealtimeClient; identity: string | undefined } {
  const session = useContext(SessionContext);
  return { client: session?.client ?? realtimeClient, identity: session?.identity };
}
