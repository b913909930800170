"use client";

import { createElement, type ReactElement, type ReactNode } from "react";
import { featureDefaults } from "../config.js";
import type { RealtimeClient } from "../realtime-client.js";
import { SessionContext } from "./context.js";
import type { Identity } from "./session.js";
import { useSession } from "./use-session.js";

/** Props of {@link RealtimeProvider}. */
export interface RealtimeProviderProps extends Identity {
  children?: ReactNode;
  /** Whether to connect as soon as somebody is signed in. Default true. */
  autoConnect?: boolean;
  /** Whether this user's status is told to the server. Default true, unless `NEXT_PUBLIC_FEATURE_USER_PRESENCE` is `false`. */
  enablePresence?: boolean;
  /** Whether others are told that this user types. Default true, unless `NEXT_PUBLIC_FEATURE_TYPING_INDICATORS` is `false`. */
  enableTyping?: boolean;
  /** Whether state changes are printed to the console. Default false. */
  debug?: boolean;
  /** The server's address. Default: from the environment, else `http://localhost:3101`. */
  serverUrl?: string;
  /** The client to use. Default: the package's `realtimeClient`. */
  client?: RealtimeClient;
}

/**
 * Keeps a client connected for the signed-in user, and gives it to the hooks below. It renders
 * its children only, and never again because of the connection.
 *
 * A change of user disconnects the one and connects the other; signing out (`userId` is null, or
 * there is neither it nor a `token`) disconnects. Unmounting the last provider or hook of a client
 * disconnects it.
 */
export function RealtimeProvider({
  children,
  autoConnect = true,
  enablePresence = featureDefaults().presence,
  enableTyping = featureDefaults().typing,
  debug = false,
  serverUrl,
  client,
  token,
  userId,
  user,
}: RealtimeProviderProps): ReactElement {
  const session = useSession({
    client,
    autoConnect,
    enablePresence,
    enableTyping,
    config: { url: serverUrl, debug },
    token,
    userId,
    user,
    signedOutMessage: "User must be authenticated",
  });
  return createElement(SessionContext.Provider, { value: session }, children);
}
