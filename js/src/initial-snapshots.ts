import type { SnapshotOf, Topic } from "./topics.js";
import type {
  ConnectionSnapshot,
  OwnPresence,
  QueueSnapshot,
  RealtimeError,
  SyncSnapshot,
  TypingSnapshot,
  UnreadCount,
} from "./types.js";

/** The connection of a client that never did anything. */
const CONNECTION: Readonly<ConnectionSnapshot> = Object.freeze({
  state: "disconnected",
  isConnected: false,
  isAuthenticated: false,
  isOnline: true,
  wasOffline: false,
  reconnectAttempts: 0,
  connectionQuality: "unknown",
  averageLatency: null,
  capabilities: Object.freeze([]) as unknown as string[],
  degraded: Object.freeze([]) as unknown as string[],
});

const QUEUE: Readonly<QueueSnapshot> = Object.freeze({
  length: 0,
  pending: 0,
  inFlight: 0,
  failed: 0,
  isFlushing: false,
  isLeader: false,
  isLoaded: false,
  persisted: false,
});

const SYNC: Readonly<SyncSnapshot> = Object.freeze({
  status: "idle",
  progress: 0,
  isSyncing: false,
  lastSyncTimestamp: null,
});

const UNREAD: Readonly<UnreadCount> = Object.freeze({ count: 0, mentions: 0, readUpToSeq: 0 });

const PRESENCE: Readonly<OwnPresence> = Object.freeze({
  status: "online",
  chosenStatus: "online",
  customStatus: null,
  isIdle: false,
});

const NOTHING: readonly never[] = Object.freeze([]);

const TYPING: Readonly<TypingSnapshot> = Object.freeze({ users: NOTHING, isTyping: false });

/**
 * A topic where there is no engine: of a client that never did anything. It is also what a server
 * renders, and a browser while hydrating.
 */
export function initialSnapshot<T extends Topic>(topic: T): SnapshotOf<T> {
  return initial(topic) as SnapshotOf<T>;
}

function initial(topic: Topic): unknown {
  const [kind] = topic.split(":", 1);
  switch (kind) {
    case "connection":
      return CONNECTION;
    case "members":
      return 0;
    case "queue":
      return QUEUE;
    case "sync":
      return SYNC;
    case "unread":
      return UNREAD;
    case "presence":
      return PRESENCE;
    case "typing":
      return TYPING;
    case "settings":
      return null;
    case "message":
    case "delivery":
    case "user":
      return undefined;
    default:
      return NOTHING;
  }
}

/**
 * The connection of a client without an engine that answers.
 *
 * @param failure - Why there is none, where it failed.
 * @param isAwaited - Whether it connects as soon as there is one.
 */
export function connectionWithoutEngine(
  failure: RealtimeError | undefined,
  isAwaited: boolean,
): ConnectionSnapshot {
  const isOnline = globalThis.navigator?.onLine !== false;
  const state = isAwaited ? "connecting" : "disconnected";
  if (!failure) return { ...CONNECTION, isOnline, state };
  const { code, message, retryable } = failure;
  return { ...CONNECTION, isOnline, state: "error", error: { code, message, retryable } };
}
