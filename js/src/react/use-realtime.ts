"use client";

import { useContext, useMemo } from "react";
import { featureDefaults } from "../config.js";
import type { RealtimeClient } from "../realtime-client.js";
import type { RealtimeClientConfig } from "../types.js";
import { type ClientActions, clientActions } from "./client-actions.js";
import { SessionContext } from "./context.js";
import type { Identity, Session } from "./session.js";
import { type ConnectionStatusFields, useConnectionStatus } from "./use-connection-status.js";
import { useSession } from "./use-session.js";

/** Options of {@link useRealtime}. Objects and functions may be written inline. */
export interface UseRealtimeOptions extends Identity {
  /** Whether to connect as soon as somebody is signed in. Default: true outside a provider; inside one the provider decides. */
  autoConnect?: boolean;
  /** Whether `updatePresence` does anything. Default: the provider's, else as `RealtimeProvider`'s. */
  enablePresence?: boolean;
  /** Whether `sendTyping` does anything. Default: the provider's, else as `RealtimeProvider`'s. */
  enableTyping?: boolean;
  /** Whether state changes are printed to the console. Default: the provider's, else false. */
  debug?: boolean;
  /** Options of the client. */
  config?: RealtimeClientConfig;
  /** The client to use. Default: the provider's, else the package's `realtimeClient`. */
  client?: RealtimeClient;
}

/** What {@link useRealtime} returns. */
export type UseRealtimeResult = ConnectionStatusFields &
  Pick<Session, "connect" | "disconnect" | "reconnect"> &
  ClientActions;

/**
 * The connection: its status, and the means to use it. Works inside a `RealtimeProvider` and
 * without one; any number of components may use it, over one connection, which ends with the
 * last of them. Renders again when the status changes, and for nothing else. Every function
 * returned is stable; `connect`, `disconnect` and `reconnect` change with the user.
 */
export function useRealtime(options: UseRealtimeOptions = {}): UseRealtimeResult {
  const provider = useContext(SessionContext);
  const { config: { token: configToken, ...config } = {}, debug } = options;
  const defaults = featureDefaults();
  const session = useSession({
    client: options.client,
    autoConnect: options.autoConnect ?? provider === null,
    enablePresence: options.enablePresence ?? provider?.enablePresence ?? defaults.presence,
    enableTyping: options.enableTyping ?? provider?.enableTyping ?? defaults.typing,
    config: debug === undefined ? config : { debug, ...config },
    token: options.token ?? configToken,
    userId: options.userId,
    user: options.user,
    signedOutMessage: "User must be authenticated to connect",
  });
  const { client, connect, disconnect, reconnect, enablePresence, enableTyping } = session;
  const actions = useMemo(
    () => clientActions({ client, enablePresence, enableTyping }),
    [client, enablePresence, enableTyping],
  );
  const status = useConnectionStatus(client);
  return { ...status, connect, disconnect, reconnect, ...actions };
}
