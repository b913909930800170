"use client";

import { useEffect, useMemo } from "react";
import { featureDefaults } from "../config.js";
import type { RealtimeClient } from "../realtime-client.js";
import type {
  ConnectionQuality,
  ConnectionSnapshot,
  FlushResult,
  QueuedMessage,
  QueueMessageInput,
  QueueSnapshot,
  RealtimeConnectionState,
  SyncResult,
  SyncSnapshot,
  SyncStatus,
} from "../types.js";
import { useClient } from "./use-client.js";
import { useSnapshot } from "./use-snapshot.js";

/** Options of {@link useOfflineStatus}. */
export interface UseOfflineStatusOptions {
  /** Whether `queueMessage` and the like do anything. Default true, unless `NEXT_PUBLIC_FEATURE_OFFLINE_QUEUE` is `false`. */
  enableQueue?: boolean;
  /** Whether `sync` does anything. Default true. */
  enableSync?: boolean;
  /** Accepted for compatibility. */
  debug?: boolean;
}

/** What {@link useOfflineStatus} returns. All functions are stable. */
export interface UseOfflineStatusResult {
  /** What the browser says of the network: a hint. */
  isOnline: boolean;
  /** Whether events can be sent. */
  isConnected: boolean;
  connectionState: RealtimeConnectionState;
  connectionQuality: ConnectionQuality;
  /** Mean of the last latency samples, in ms; null until there is one. */
  latency: number | null;
  /** Messages that the server has not taken yet, parked ones included. */
  queueCount: number;
  /** Whether queued messages are being sent. */
  isFlushing: boolean;
  syncStatus: SyncStatus;
  isSyncing: boolean;
  /** When a synchronisation was last completed, in ms since 1970. */
  lastSyncAt: number | null;
  /** Whether the browser was offline since the last successful synchronisation. */
  wasOffline: boolean;
  /** Synchronises now; null where that failed. */
  sync: () => Promise<SyncResult | null>;
  /** Sends what waits, now. */
  flushQueue: () => Promise<FlushResult>;
  /** Takes everything out of the queue that is not on its way. */
  clearQueue: () => void;
  getQueuedMessages: () => QueuedMessage[];
  /** Queues a message. Throws with `enableQueue: false`, and as `OfflineQueueService.queueMessage`. */
  queueMessage: (message: QueueMessageInput) => QueuedMessage;
  /** Takes a message out of the queue. False where it is on its way, or no longer there. */
  removeFromQueue: (id: string) => boolean;
}

/**
 * How things stand without a connection: what waits, what is fetched, and the means to act on it.
 * Renders again when a value returned changes.
 */
export function useOfflineStatus({
  enableQueue = featureDefaults().queue,
  enableSync = true,
}: UseOfflineStatusOptions = {}): UseOfflineStatusResult {
  const { client, isSignedOut } = useClient();
  const connection = useSnapshot(client, "connection", selectConnection);
  const queue = useSnapshot(client, "queue", selectQueue);
  const sync = useSnapshot(client, "sync", selectSync);
  const actions = useMemo(
    () => ({ ...queueActions(client, enableQueue), ...syncActions(client, enableSync) }),
    [client, enableQueue, enableSync],
  );
  useEffect(() => {
    if (enableQueue && !isSignedOut) client.queue.initialize();
  }, [client, enableQueue, isSignedOut]);
  return { ...connection, ...queue, ...sync, ...actions };
}

function queueActions(client: RealtimeClient, isEnabled: boolean) {
  const enabled = () => {
    if (!isEnabled) throw new Error("Offline queue is not enabled");
    return client.queue;
  };
  return {
    flushQueue: async () => (isEnabled ? client.queue.flushQueue() : { sent: 0, failed: 0 }),
    clearQueue: () => {
      if (isEnabled) client.queue.clearQueue();
    },
    getQueuedMessages: () => (isEnabled ? client.queue.getQueuedMessages() : []),
    queueMessage: (message: QueueMessageInput) => enabled().queueMessage(message),
    removeFromQueue: (id: string) => isEnabled && client.queue.removeFromQueue(id),
  };
}

function syncActions(client: RealtimeClient, isEnabled: boolean) {
  const sync = async () => {
    if (!isEnabled) return null;
    try {
      const result = await client.sync.syncOnReconnect();
      client.clearWasOffline();
      return result;
    } catch {
      // Why is told by `sync:failed`.
      return null;
    }
  };
  return { sync };
}

function selectConnection(connection: Readonly<ConnectionSnapshot>) {
  return {
    isOnline: connection.isOnline,
    isConnected: connection.isConnected,
    connectionState: connection.state,
    connectionQuality: connection.connectionQuality,
    latency: connection.averageLatency,
    wasOffline: connection.wasOffline,
  };
}

function selectQueue(queue: Readonly<QueueSnapshot>) {
  return { queueCount: queue.length, isFlushing: queue.isFlushing };
}

function selectSync(sync: Readonly<SyncSnapshot>) {
  return {
    syncStatus: sync.status,
    isSyncing: sync.isSyncing,
    lastSyncAt: sync.lastSyncTimestamp,
  };
}
