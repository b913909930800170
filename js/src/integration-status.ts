import type { RealtimeClient } from "./realtime-client.js";
import type { ConnectionQuality, TokenSource } from "./types.js";

/** Options of a {@link RealtimeIntegrationService}. A key that is absent, `undefined` or `null` keeps what is set. */
export interface RealtimeIntegrationConfig {
  /** Who is signed in. */
  userId?: string;
  /** Presented when connecting, unless `connect` is given one. */
  token?: string;
  /** Asked for a token at every attempt, in place of `token`: for tokens that expire. */
  getToken?: Exclude<TokenSource, string>;
  /** Whether there is a presence service, and this user's status is told. Default true, unless `NEXT_PUBLIC_FEATURE_USER_PRESENCE` is `false`. */
  enablePresence?: boolean;
  /** Whether there is a typing service. Default true, unless `NEXT_PUBLIC_FEATURE_TYPING_INDICATORS` is `false`. */
  enableTyping?: boolean;
  /** Whether there is a service for receipts. Default true, unless `NEXT_PUBLIC_FEATURE_DELIVERY_RECEIPTS` is `false`. */
  enableDeliveryReceipts?: boolean;
  /** Whether there is a service for what waits to be sent. Default true, unless `NEXT_PUBLIC_FEATURE_OFFLINE_QUEUE` is `false`. */
  enableOfflineQueue?: boolean;
  /** Whether state changes are printed to the console. Default false. */
  debug?: boolean;
  /** Whether `initialize` connects, where there is a token. Default true. */
  autoConnect?: boolean;
  /** The server's address. Default: from the environment, else `http://localhost:3101`. */
  realtimeUrl?: string;
}

/** Where an integration stands. */
export interface IntegrationStatus {
  /** Whether events can be sent. */
  connected: boolean;
  /** Whether the server accepted who the user is. */
  authenticated: boolean;
  presenceEnabled: boolean;
  typingEnabled: boolean;
  deliveryReceiptsEnabled: boolean;
  offlineQueueEnabled: boolean;
  /** Messages that the server has not taken yet; 0 without the queue's service. */
  queuedMessageCount: number;
  connectionQuality: ConnectionQuality;
  /** Attempts since the connection was lost; 0 while it stands. */
  reconnectAttempts: number;
}

/** What an integration offers. */
export interface Features {
  readonly presence: boolean;
  readonly typing: boolean;
  readonly delivery: boolean;
  readonly queue: boolean;
}

/** The status of an integration that never did anything: what a server renders, too. */
export const INITIAL_STATUS: Readonly<IntegrationStatus> = Object.freeze({
  connected: false,
  authenticated: false,
  presenceEnabled: false,
  typingEnabled: false,
  deliveryReceiptsEnabled: false,
  offlineQueueEnabled: false,
  queuedMessageCount: 0,
  connectionQuality: "unknown",
  reconnectAttempts: 0,
});

/** The status of a client with some features, frozen. */
export function statusOf(client: RealtimeClient, features: Features): Readonly<IntegrationStatus> {
  const { isConnected, isAuthenticated, connectionQuality, reconnectAttempts } = client.connection;
  return Object.freeze({
    connected: isConnected,
    authenticated: isAuthenticated,
    presenceEnabled: features.presence,
    typingEnabled: features.typing,
    deliveryReceiptsEnabled: features.delivery,
    offlineQueueEnabled: features.queue,
    queuedMessageCount: features.queue ? client.getSnapshot("queue").length : 0,
    connectionQuality,
    reconnectAttempts,
  });
}

/** Whether two statuses say the same. */
export function sameStatus(a: IntegrationStatus, b: IntegrationStatus): boolean {
  return (Object.keys(a) as (keyof IntegrationStatus)[]).every((key) => a[key] === b[key]);
}
