"use client";

import { useContext } from "react";
import type { RealtimeClient } from "../realtime-client.js";
import { realtimeClient } from "../singletons.js";
import { SessionContext } from "./context.js";

/** A component's client, and whose it is. */
export interface OwnedClient {
  /** The nearest provider's, else the package's `realtimeClient`. */
  client: RealtimeClient;
  /** Changes with the provider's user. */
  identity: string | undefined;
  /** Whether there is a provider and nobody is signed in: nothing of anybody is to be shown. */
  isSignedOut: boolean;
}

/** The client that a component works with. */
export function useClient(): OwnedClient {
  const session = useContext(SessionContext);
  const identity = session?.identity;
  const isSignedOut = session !== null && identity === undefined;
  return { client: session?.client ?? realtimeClient, identity, isSignedOut };
}
