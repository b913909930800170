import type { EngineParts } from "./engine-parts.js";
import { initialSnapshot } from "./initial-snapshots.js";
import type { PresenceAccount } from "./presence/account.js";
import { toOwnPresence, toUserPresence } from "./presence/views.js";
import { toRoomMember } from "./room-member.js";
import { shareFrozen } from "./share-frozen.js";
import { SnapshotStore } from "./snapshot-store.js";
import { TimelineStore } from "./timeline-store.js";
import { messageTopic, partsOfMessageTopic, partsOfTypingTopic, type Topic } from "./topics.js";
import type { ConnectionSnapshot, MessageEvent, OwnPresence } from "./types.js";
import { toTypingSnapshot } from "./typing/views.js";

/** Reads the engine's state, whatever became of the engine. */
export interface EngineReader {
  connection(): ConnectionSnapshot;
  /** Undefined where there is no engine that answers. */
  read<T>(action: (parts: EngineParts) => T): T | undefined;
  /** This user's presence as the app has set it. */
  ownPresence(): OwnPresence;
  /** This user's settings and contacts. */
  account(): Pick<PresenceAccount, "settings" | "contacts">;
}

/** The snapshots of one client, per topic, and what makes them change. */
export class EngineSnapshots {
  readonly store: SnapshotStore;
  readonly #engine: EngineReader;
  readonly #timelines = new TimelineStore();
  /** Made once per room: every message asks for them. */
  readonly #roomTopics = new Map<string, { timeline: Topic; unread: Topic }>();
  #memberChanges = 0;

  constructor(engine: EngineReader) {
    this.#engine = engine;
    this.store = new SnapshotStore((topic, previous) => this.#read(topic, previous));
  }

  /** A topic is another, and nothing more is known of it. */
  changed(topic: Topic): void {
    this.store.invalidate(topic);
  }

  membersChanged(roomName: string): void {
    this.#memberChanges += 1;
    this.store.invalidate("members");
    this.store.invalidate(`room:${roomName}`);
  }

  /** Something became of messages of one's own: those of which an id is given, or any. */
  deliveryChanged(ids: readonly (string | undefined)[] | "any"): void {
    if (ids === "any") {
      this.store.invalidateAll("delivery:");
    } else {
      for (const id of ids) if (id !== undefined) this.store.invalidate(`delivery:${id}`);
    }
  }

  /** As `Array.prototype.splice`, with one message or none. */
  timelineSpliced(
    roomName: string,
    index: number,
    removed: number,
    message: MessageEvent | undefined,
  ): void {
    this.#splice(roomName, index, removed, message);
    this.store.invalidate(this.#topicsOf(roomName).timeline);
  }

  /** A message of somebody else has its place as the newest; `firstLeft` where the oldest one gave way to it. */
  messageAdded(roomName: string, index: number, firstLeft: boolean, message: MessageEvent): void {
    this.#splice(roomName, index, 0, message);
    if (firstLeft) this.#splice(roomName, 0, 1);
    // The short way tells of the message only: that it waits to be read follows.
    const { timeline, unread } = this.#topicsOf(roomName);
    this.store.invalidate(timeline);
    this.store.invalidate(unread);
  }

  timelineReset(roomName: string): void {
    this.#timelines.forget(roomName);
    this.store.invalidate(this.#topicsOf(roomName).timeline);
    this.store.invalidateAll(messageTopic(roomName, ""));
  }

  /** The engine is another, or none: everything is read again. */
  reset(): void {
    this.#memberChanges += 1;
    this.#timelines.clear();
    this.#roomTopics.clear();
    this.store.invalidateAll();
  }

  #splice(roomName: string, index: number, removed: number, message?: MessageEvent): void {
    const keys = this.#timelines.splice(roomName, index, removed, message);
    for (const key of keys) this.store.invalidate(messageTopic(roomName, key));
  }

  #topicsOf(roomName: string): { timeline: Topic; unread: Topic } {
    let topics = this.#roomTopics.get(roomName);
    if (topics === undefined) {
      topics = { timeline: `timeline:${roomName}`, unread: `unread:${roomName}` };
      this.#roomTopics.set(roomName, topics);
    }
    return topics;
  }

  #read(topic: Topic, previous: unknown): unknown {
    const [kind] = topic.split(":", 1);
    const key = topic.slice(topic.indexOf(":") + 1);
    switch (kind) {
      case "members":
        return this.#memberChanges;
      case "timeline":
        return this.#timelines.read(key, () => this.#loadTimeline(key));
      case "message": {
        const [roomName, messageKey] = partsOfMessageTopic(topic);
        return this.#timelines.find(roomName, messageKey, () => this.#loadTimeline(roomName));
      }
      default:
        return shareFrozen(previous, this.#readSmall(topic, kind, key) ?? initialSnapshot(topic));
    }
  }

  #readSmall(topic: Topic, kind: string | undefined, key: string): unknown {
    if (topic === "connection") return this.#engine.connection();
    if (topic === "presence") {
      const own = this.#engine.read((parts) => toOwnPresence(parts.presence.own()));
      return own ?? this.#engine.ownPresence();
    }
    if (topic === "settings") return this.#engine.account().settings;
    if (topic === "contacts") return [...this.#engine.account().contacts];
    return this.#engine.read((parts) => {
      switch (kind) {
        case "rooms":
          return parts.rooms.snapshot();
        case "room":
          return parts.rooms.members(key).map(toRoomMember);
        case "gaps":
          return parts.rooms.gaps(key);
        case "queue":
          return parts.queue.snapshot();
        case "sync":
          return parts.sync.snapshot();
        case "unread":
          return parts.delivery.unread(key);
        case "presences":
          return parts.presence.presences().map((view) => toUserPresence(view));
        case "user":
          return toUserPresence(parts.presence.presence(key));
        case "typing":
          return toTypingSnapshot(parts.typing.snapshot(...partsOfTypingTopic(topic)));
        default:
          return parts.delivery.record(key);
      }
    });
  }

  #loadTimeline(roomName: string): MessageEvent[] {
    return this.#engine.read(({ rooms }) => rooms.timeline(roomName)) ?? [];
  }
}
