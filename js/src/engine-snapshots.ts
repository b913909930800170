import { type RawMember, toRoomMember } from "./room-member.js";
import { shareFrozen } from "./share-frozen.js";
import { type SnapshotOf, SnapshotStore, type Topic } from "./snapshot-store.js";
import { TimelineStore } from "./timeline-store.js";
import type { ConnectionSnapshot, MessageEvent, RealtimeError, Room } from "./types.js";

/** Reads the engine's state, whatever became of the engine. */
export interface EngineReader {
  connection(): ConnectionSnapshot;
  rooms(): Room[];
  members(roomName: string): RawMember[];
  timeline(roomName: string): MessageEvent[];
}

/** The connection of a client that never did anything: also what a server renders. */
export const INITIAL_CONNECTION: Readonly<ConnectionSnapshot> = Object.freeze({
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
  if (!failure) return { ...INITIAL_CONNECTION, isOnline, state };
  const { code, message, retryable } = failure;
  return { ...INITIAL_CONNECTION, isOnline, state: "error", error: { code, message, retryable } };
}

const NOTHING: readonly never[] = Object.freeze([]);

/** What a topic shows where there is no client: on a server, and while hydrating. */
export function serverSnapshot<T extends Topic>(topic: T): SnapshotOf<T> {
  const value = topic === "connection" ? INITIAL_CONNECTION : topic === "members" ? 0 : NOTHING;
  return value as SnapshotOf<T>;
}

/** The snapshots of one client, per topic, and what makes them change. */
export class EngineSnapshots {
  readonly store: SnapshotStore;
  readonly #engine: EngineReader;
  readonly #timelines = new TimelineStore();
  /** Made once per room: every message asks for one. */
  readonly #timelineTopics = new Map<string, Topic>();
  #memberChanges = 0;

  constructor(engine: EngineReader) {
    this.#engine = engine;
    this.store = new SnapshotStore((topic, previous) => this.#read(topic, previous));
  }

  connectionChanged(): void {
    this.store.invalidate("connection");
  }

  roomsChanged(): void {
    this.store.invalidate("rooms");
  }

  membersChanged(roomName: string): void {
    this.#memberChanges += 1;
    this.store.invalidate("members");
    this.store.invalidate(`room:${roomName}`);
  }

  /** As `Array.prototype.splice`, with one message or none. */
  timelineSpliced(
    roomName: string,
    index: number,
    removed: number,
    message: MessageEvent | undefined,
  ): void {
    this.#timelines.splice(roomName, index, removed, message);
    this.store.invalidate(this.#timelineTopic(roomName));
  }

  /** The newest message has its place; `firstLeft` where the oldest one gave way to it. */
  messageAdded(roomName: string, index: number, firstLeft: boolean, message: MessageEvent): void {
    this.#timelines.splice(roomName, index, 0, message);
    if (firstLeft) this.#timelines.splice(roomName, 0, 1);
    this.store.invalidate(this.#timelineTopic(roomName));
  }

  timelineReset(roomName: string): void {
    this.#timelines.forget(roomName);
    this.store.invalidate(this.#timelineTopic(roomName));
  }

  /** The engine is another, or none: everything is read again. */
  reset(): void {
    this.#memberChanges += 1;
    this.#timelines.clear();
    this.#timelineTopics.clear();
    this.store.invalidateAll();
  }

  #timelineTopic(roomName: string): Topic {
    let topic = this.#timelineTopics.get(roomName);
    if (topic === undefined) {
      topic = `timeline:${roomName}`;
      this.#timelineTopics.set(roomName, topic);
    }
    return topic;
  }

  #read(topic: Topic, previous: unknown): unknown {
    if (topic === "members") return this.#memberChanges;
    if (topic.startsWith("timeline:")) {
      const roomName = topic.slice("timeline:".length);
      return this.#timelines.read(roomName, () => this.#engine.timeline(roomName));
    }
    return shareFrozen(previous, this.#readSmall(topic));
  }

  #readSmall(topic: Topic): unknown {
    if (topic === "connection") return this.#engine.connection();
    if (topic === "rooms") return this.#engine.rooms();
    return this.#engine.members(topic.slice("room:".length)).map(toRoomMember);
  }
}
