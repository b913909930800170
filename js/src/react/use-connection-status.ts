"use client";

import type { RealtimeClient } from "../realtime-client.js";
import type { ConnectionSnapshot, RealtimeConnectionState, RealtimeError } from "../types.js";
import { useSnapshot } from "./use-snapshot.js";

/** The connection as components show it. */
export interface ConnectionStatusFields {
  /** Whether events can be sent. */
  isConnected: boolean;
  /** Whether the server accepted who we are. */
  isAuthenticated: boolean;
  /** Where the connection stands. */
  connectionState: RealtimeConnectionState;
  /** The last error, until a connection stands again. */
  error: RealtimeError | null;
  /** Attempts since the connection was lost; 0 while it stands. */
  reconnectAttempts: number;
  /** The socket's id at the server, while connected. */
  socketId: string | undefined;
}

/** The connection's status; what else changes in the snapshot (latency, quality) renders nothing. */
export function useConnectionStatus(client: RealtimeClient): ConnectionStatusFields {
  return useSnapshot(client, "connection", selectStatus);
}

function selectStatus(connection: Readonly<ConnectionSnapshot>): ConnectionStatusFields {
  return {
    isConnected: connection.isConnected,
    isAuthenticated: connection.isAuthenticated,
    connectionState: connection.state,
    error: connection.error ?? null,
    reconnectAttempts: connection.reconnectAttempts,
    socketId: connection.socketId,
  };
}
