import type {
  MessageEvent as EngineMessageEvent,
  ErrorBody,
  ErrorSnapshot,
  RealtimeClientConfig as GeneratedConfig,
  RoomMember as GeneratedRoomMember,
  TokenSource,
} from "../wasm/nchat_realtime.js";

export type {
  AuthExpired as AuthExpiredEvent,
  Authenticated as AuthenticatedEvent,
  AuthResponse,
  Connected as ConnectedEvent,
  ConnectionQuality,
  ConnectionSnapshot,
  DeliveryBatchData,
  DeliveryConfig,
  DeliveryEventCounts,
  DeliveryEventData,
  DeliveryEventMap,
  DeliveryRecipient,
  DeliveryRecord,
  DeliveryRecordState,
  DeviceInfo,
  DeviceType,
  ErrorCode,
  FlushResult,
  MembershipChange as UserJoinedEvent,
  MembershipChange as UserLeftEvent,
  MessageEvent,
  MessageState,
  MessageType,
  OfflineQueueConfig,
  OlderMessages,
  OperationReceipt,
  Pong as PongEvent,
  QueuedKind,
  QueuedMessage,
  QueuedMessagePatch,
  QueuedMessageStatus,
  QueueMessageInput,
  QueueSnapshot,
  Reaction,
  RealtimeConnectionState,
  Room,
  RoomRole,
  RoomType,
  RoomVisibility,
  SendMessageOptions,
  SendReceipt,
  SyncConfig,
  SyncConflict,
  SyncedChannels,
  SyncedPresence,
  SyncMessagesResult,
  SyncResult,
  SyncSnapshot,
  SyncStatus,
  TimelineGap,
  TokenSource,
  TransportName,
  UnreadCount,
} from "../wasm/nchat_realtime.js";

/**
 * What the app itself defines: the payload of an event that this package does not know, or the
 * answer to it. The app names the type, as in `client.on<Poll>("poll:new", ...)`.
 */
// biome-ignore lint/suspicious/noExplicitAny: the documents' listeners take whatever their server sends
export type AppDefined = any;

/**
 * Options of {@link RealtimeClient.initialize}. Durations are in milliseconds. A key that is
 * absent, `undefined` or `null` keeps what is set.
 */
export interface RealtimeClientConfig extends GeneratedConfig {
  /** Presented when connecting, unless `connect` is given one. No default. */
  token?: TokenSource;
}

/** What an `Error` of this package carries. See {@link isRealtimeError}. */
export interface RealtimeError extends ErrorSnapshot, Pick<ErrorBody, "details" | "retryAfterMs"> {}

/** A member of a room. */
export interface RoomMember extends Omit<GeneratedRoomMember, "joinedAt"> {
  /** When they joined, by the server's clock; where it does not say, when it was heard of. */
  joinedAt: Date;
}

/** A message under the plugin guide's names of its fields besides the usual ones. */
export interface ChannelMessageEvent extends EngineMessageEvent {
  /** As `messageId`; absent where the server gives none. */
  id?: string;
  /** As `roomName`. */
  channelId: string;
  /** As `timestamp`. */
  createdAt: string;
}

/** Takes a listener off again. Calling it more than once does nothing. */
export type Unsubscribe = () => void;
