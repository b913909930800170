import type {
  AuthExpiredEvent,
  AuthenticatedEvent,
  ChannelMessageEvent,
  ConnectedEvent,
  MessageEvent,
  PongEvent,
  PresenceChangedEvent,
  PresenceSettingsEvent,
  RealtimeError,
  TypingEvent,
  UserJoinedEvent,
  UserLeftEvent,
} from "./types.js";

/**
 * The server's events that this package knows, and their payloads. Extend it by declaration
 * merging to type the app's own events:
 *
 * ```ts
 * declare module "nchat-realtime" {
 *   interface EventMap { "poll:new": { pollId: string } }
 * }
 * ```
 */
export interface EventMap {
  /** The connection stands; Socket.IO's own event, without a payload. */
  connect: undefined;
  /** The connection ended; the reason is one that Socket.IO documents. */
  disconnect: string;
  /** The server takes this client's events from now on. */
  connected: ConnectedEvent;
  /** Who the server says we are. */
  authenticated: AuthenticatedEvent;
  /** The token ran out: the server ends the connection next, and a fresh one is asked for. */
  "auth:expired": AuthExpiredEvent;
  /** A failure that belongs to no request. */
  error: RealtimeError;
  /** A message as it came, repeats included; `rooms.onMessage` has each once, in order. */
  "message:new": MessageEvent;
  /** The same under the plugin guide's name, from any server, and each once. */
  message: ChannelMessageEvent;
  /** Someone became a member of a room. */
  "user:joined": UserJoinedEvent;
  /** Someone gave up membership of a room. */
  "user:left": UserLeftEvent;
  /** How somebody is now; `presence.onPresenceChange` has it as this package shows it. */
  "presence:changed": PresenceChangedEvent;
  /** This user's settings were changed, here or elsewhere. */
  "presence:settings": PresenceSettingsEvent;
  /** Who types in a room; `typing.onTypingChange` has it as this package shows it. */
  "typing:event": TypingEvent;
  /** Answer to a latency check. */
  pong: PongEvent;
}
