import type { PresenceSettings } from "./presence/settings.js";
import type {
  ConnectionSnapshot,
  DeliveryRecord,
  MessageEvent,
  OwnPresence,
  QueueSnapshot,
  Room,
  RoomMember,
  SyncSnapshot,
  TimelineGap,
  TypingSnapshot,
  UnreadCount,
  UserPresence,
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
  /** This user's own presence. */
  presence: Readonly<OwnPresence>;
  /** All of whose presence something is known. Its listeners are called once a frame. */
  presences: readonly UserPresence[];
  /** This user's settings: who may know what of them; null until they are known. */
  settings: Readonly<PresenceSettings> | null;
  /** This user's contacts, as far as they are known. */
  contacts: readonly string[];
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
  /** Who types at a place: see {@link typingTopic}. */
  typing: Readonly<TypingSnapshot>;
  /** How a user is, by id. Its listeners are called once a frame. */
  user: Readonly<UserPresence> | undefined;
}

/**
 * What can be watched: of the whole client, `connection`, `rooms`, `members`, `queue`, `sync`,
 * `presence` (one's own), `presences`, `settings` and `contacts`; of one room, `room:<name>` (its members),
 * `timeline:<name>`, `gaps:<name>` and `unread:<name>`; `user:<user id>`, `delivery:<message id>`,
 * one message under its {@link messageTopic}, and typing under its {@link typingTopic}.
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
  return `message:${pair(roomName, key)}`;
}

/** The room and the key that {@link messageTopic} was made of. */
export function partsOfMessageTopic(topic: string): [roomName: string, key: string] {
  return partsOf(topic.slice("message:".length));
}

/** The topic of typing in a room, or in one of its threads. */
export function typingTopic(roomName: string, threadId?: string): `typing:${string}` {
  return `typing:${pair(roomName, threadId ?? "")}`;
}

/** The room and the thread that {@link typingTopic} was made of. */
export function partsOfTypingTopic(topic: string): [roomName: string, threadId?: string] {
  const [roomName, threadId] = partsOf(topic.slice("typing:".length));
  return [roomName, threadId || undefined];
}

/** Two texts in one: names may have any character. */
function pair(first: string, second: string): string {
  return `${first.length}:${first}:${second}`;
}

function partsOf(text: string): [first: string, second: string] {
  const start = text.indexOf(":") + 1;
  const end = start + Number.parseInt(text, 10);
  return [text.slice(start, end), text.slice(end + 1)];
}
