"use client";

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { INITIAL_STATUS, type IntegrationStatus } from "../integration-status.js";
import { integrationOf } from "../realtime-integration-service.js";
import type { ConnectionSnapshot } from "../types.js";
import {
  type DeliveryActions,
  deliveryActions,
  type PresenceActions,
  presenceActions,
  type QueueActions,
  queueActions,
  type TypingActions,
  typingActions,
} from "./integration-actions.js";
import { useClient } from "./use-client.js";
import { useSnapshot } from "./use-snapshot.js";
import { useTrackedReads } from "./use-tracked-reads.js";

/** What {@link useRealtimeIntegration} returns. */
export interface UseRealtimeIntegrationResult {
  /** Whether events can be sent. */
  isConnected: boolean;
  /** Whether the server accepted who the user is. */
  isAuthenticated: boolean;
  /** What the browser says of the network: a hint. */
  isOnline: boolean;
  /** All of it, frozen. */
  status: Readonly<IntegrationStatus>;
  /** Ends the connection and makes a new one. Rejects as `RealtimeIntegrationService.connect`. Stable. */
  reconnect: () => Promise<void>;
  /** Ends the connection. Stable. */
  disconnect: () => void;
  /** Own and others' presence; null while the integration is not set up, or without the service. */
  presence: PresenceActions | null;
  /** Own and others' typing; null while the integration is not set up, or without the service. */
  typing: TypingActions | null;
  /** Receipts; null while the integration is not set up, or without the service. */
  delivery: DeliveryActions | null;
  /** What waits to be sent; null while the integration is not set up, or without the service. */
  queue: QueueActions | null;
}

/**
 * The integration that `initializeRealtimeIntegration` set up, or sets up later, by this
 * component or another one. Renders again when its status changes, and when something changes
 * that the component read while rendering: a user's presence, who types in a room, what waits.
 * The groups and their functions are the same until the integration is set up anew.
 */
export function useRealtimeIntegration(): UseRealtimeIntegrationResult {
  const { client } = useClient();
  const integration = integrationOf(client);
  const watch = useCallback((notify: () => void) => integration.watch(notify), [integration]);
  const status = useSyncExternalStore(watch, () => integration.getStatus(), initialStatus);
  const services = useSyncExternalStore(watch, () => integration.services, noServices);
  const connection = useSnapshot(client, "connection", selectConnection);
  const [read] = useTrackedReads(client);
  const groups = useMemo(() => {
    const { presence, typing, delivery, queue } = services ?? {};
    return {
      presence: presence ? presenceActions(presence, read) : null,
      typing: typing ? typingActions(typing, read) : null,
      delivery: delivery ? deliveryActions(delivery) : null,
      queue: queue ? queueActions(queue, read) : null,
    };
  }, [services, read]);
  const actions = useMemo(
    () => ({
      reconnect: () => integration.reconnect(),
      disconnect: () => integration.disconnect(),
    }),
    [integration],
  );
  return { ...connection, status, ...actions, ...groups };
}

function initialStatus(): Readonly<IntegrationStatus> {
  return INITIAL_STATUS;
}

function noServices(): undefined {
  return undefined;
}

function selectConnection({
  isConnected,
  isAuthenticated,
  isOnline,
}: Readonly<ConnectionSnapshot>) {
  return { isConnected, isAuthenticated, isOnline };
}
