import type {
  RoomMember as GeneratedRoomMember,
  RealtimeError as RealtimeErrorFields,
} from "../wasm/nchat_realtime.js";

export type {
  AuthenticatedEvent,
  AuthResponse,
  ConnectedEvent,
  ConnectionQuality,
  ConnectionSnapshot,
  DeviceInfo,
  MessageEvent,
  RealtimeConnectionState,
  Room,
  SendMessageOptions,
  SendReceipt,
  TransportName,
  UserJoinedEvent,
  UserLeftEvent,
} from "../wasm/nchat_realtime.js";

import type { RealtimeClientConfig as GeneratedConfig } from "../wasm/nchat_realtime.js";

/**
 * What the app itself defines: the payload of an event that this package does not know, or the
 * answer to it. The app names the type, as in `client.on<Poll>("poll:new", ...)`.
 */
// biome-ignore lint/suspicious/noExplicitAny: the documents' listeners take whatever their server sends
export type AppDefined = any;

/**
 * A token, or a function that gives one. The function is asked again for every connection
 * attempt, so that an expired token is never presented twice; it may be asynchronous.
 */
export type TokenSource = string | (() => string | Promise<string>);

/**
 * Options of {@link RealtimeClient.initialize}. Durations are in milliseconds. A key that is
 * absent, `undefined` or `null` keeps what is set.
 */
export interface RealtimeClientConfig extends GeneratedConfig {
  /** Presented when connecting, unless `connect` is given one. No default. */
  token?: TokenSource;
}

/** An error of this package: a real `Error` with a stable `code`. See {@link isRealtimeError}. */
export type RealtimeError = RealtimeErrorFields;

/** A member of a room. */
export interface RoomMember extends Omit<GeneratedRoomMember, "joinedAt"> {
  /** When they joined, by the server's clock. */
  joinedAt: Date;
}

/** Takes a listener off again. Calling it more than once does nothing. */
export type Unsubscribe = () => void;
