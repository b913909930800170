import type {
  ConnectionSnapshot,
  DeliveryRecord,
  MessageEvent,
  QueueSnapshot,
  Room,
  RoomMember,
  SyncSnapshot,
  TimelineGap,
  UnreadCount,
} from "./types.js";

/** What there is once for a client. */
interface Single {
  /** The connection. */
  connection: Readonly<ConnectionSnapshot>;
  /** The rooms joined. */
  rooms: readonly Room[];
  /** A number that changes with the members of any room. */
  members: number;
  /** Counts over the queue. */
  queue: Readonly<QueueSnapshot>;
  /** Where synchronisation stands. */
  sync: Readonly<SyncSnapshot>;
}

/** What there is for each room, message, or message of one's own. */
interface Keyed {
  /** The members of a room. */
  room: readonly RoomMember[];
  /** The messages of a room. */
  timeline: readonly MessageEvent[];
  /** What is missing of a room's messages. */
  gaps: readonly TimelineGap[];
  /** What waits to be read in a room. */
  unread: Readonly<UnreadCount>;
  /** One message: see {@link messageTopic}. */
  message: MessageEvent | undefined;
  /** How far one's own message has come, by either of its ids. */
  delivery: Readonly<DeliveryRecord> | undefined;
}

/**
 * What can be watched: of the whole client, `connection`, `rooms`, `members`, `queue` and `sync`;
 * of one room, `room:<name>` (its members), `timeline:<name>`, `gaps:<name>` and `unread:<name>`;
 * `delivery:<message id>`, and one message under its {@link messageTopic}.
 */
export type Topic = keyof Single | `${keyof Keyed}:${string}`;

/** What a snapshot of a topic is. */
export type SnapshotOf<T extends Topic> = T extends keyof Single
  ? Single[T]
  : T extends `${infer K extends keyof Keyed}:${string}`
    ? Keyed[K]
    : never;

/** Names a message from the moment it is sent on, also after the server has given it an id. */
export function messageKey(message: MessageEvent): string {
  return message.clientMessageId ?? message.messageId ?? `${message.userId} ${message.timestamp}`;
}

/** The topic of one message of a room, by its {@link messageKey}. */
export function messageTopic(roomName: string, key: string): `message:${string}` {
  return `message:${roomName.length}:${roomName}:${key}`;
}

/** The room and the key that {@link messageTopic} was made of. */
export function partsOfMessageTopic(topic: string): [roomName: string, key: string] {
  const start = topic.indexOf(":", "message:".length) + 1;
  const end = start + Number.parseInt(topic.slice("message:".length), 10);
  return [topic.slice(start, end), topic.slice(end + 1)];
}
