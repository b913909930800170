import { checkedText } from "./checks.js";
import { EngineHost } from "./engine-host.js";
import { initialSnapshot } from "./initial-snapshots.js";
import type { SnapshotOf, Topic } from "./topics.js";
import type {
  AuthResponse,
  ConnectionQuality,
  ConnectionSnapshot,
  RealtimeConnectionState,
  Unsubscribe,
} from "./types.js";

function checkedTopic<T extends Topic>(topic: T): T {
  checkedText(topic, "a topic");
  return topic;
}

/** The part of a client that is only read: its snapshots, and a getter for each fact. */
export abstract class ConnectionView {
  /** @internal */
  protected readonly host = new EngineHost();

  /** Everything about the connection, frozen; the identical object until something changes. */
  get connection(): Readonly<ConnectionSnapshot> {
    return this.getSnapshot("connection");
  }

  /**
   * Calls back once per microtask in which a topic changed: the first half of
   * `useSyncExternalStore`.
   */
  subscribe(topic: Topic, listener: () => void): Unsubscribe {
    return this.host.snapshots.store.subscribe(checkedTopic(topic), listener);
  }

  /** A topic's state, frozen; the identical object until the topic changes. */
  getSnapshot<T extends Topic>(topic: T): SnapshotOf<T> {
    return this.host.snapshots.store.getSnapshot(checkedTopic(topic));
  }

  /** A topic's state as a server renders it: that of a client that never connected. */
  getServerSnapshot<T extends Topic>(topic: T): SnapshotOf<T> {
    return initialSnapshot(checkedTopic(topic));
  }

  /** Where the connection stands. */
  get state(): RealtimeConnectionState {
    return this.connection.state;
  }

  /** Whether events can be sent. */
  get isConnected(): boolean {
    return this.connection.isConnected;
  }

  /** Whether the server accepted who we are. */
  get isAuthenticated(): boolean {
    return this.connection.isAuthenticated;
  }

  /** What the browser says of the network: a hint. */
  get isOnline(): boolean {
    return this.connection.isOnline;
  }

  /** Whether the browser was offline since the last successful resume. */
  get wasOffline(): boolean {
    return this.connection.wasOffline;
  }

  /** The socket's id at the server, while connected. */
  get socketId(): string | undefined {
    return this.connection.socketId;
  }

  /** Who the server says we are. */
  get auth(): AuthResponse | null {
    return this.connection.auth ?? null;
  }

  /** Attempts since the connection was lost; 0 while it stands. */
  get reconnectAttemptCount(): number {
    return this.connection.reconnectAttempts;
  }

  /** How good the link is, from the average latency: under 100 ms, 300 ms, 600 ms, and above. */
  get connectionQuality(): ConnectionQuality {
    return this.connection.connectionQuality;
  }

  /** Rounded mean of the last latency samples, in milliseconds; `null` until there is one. */
  get averageLatency(): number | null {
    return this.connection.averageLatency;
  }
}
