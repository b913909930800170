import type {
  MessageEvent as EngineMessageEvent,
  ErrorBody,
  ErrorSnapshot,
  RealtimeClientConfig as GeneratedConfig,
  CustomStatus as GeneratedCustomStatus,
  OwnPresence as GeneratedOwnPresence,
  RoomMember as GeneratedRoomMember,
  TypingUser as GeneratedTypingUser,
  PresenceView,
  TokenSource,
} from "../wasm/nchat_realtime.js";

export type {
  AuthExpired as AuthExpiredEvent,
  Authenticated as AuthenticatedEvent,
  AuthResponse,
  ChosenStatus,
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
  PresenceChanged as PresenceChangedEvent,
  PresenceCounts,
  PresenceSettings as PresenceSettingsEvent,
  PresenceStatus,
  PresenceStatusName,
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
  TypingContext,
  TypingEvent,
  TypingPlace,
  TypingRoomType,
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

/** A status in a user's own words. */
export interface CustomStatus extends Omit<GeneratedCustomStatus, "expiresAt"> {
  /** When it ends by itself. Default: never. */
  expiresAt?: Date;
}

/** A user as this one may see them. */
export interface UserPresence extends Omit<PresenceView, "customStatus" | "lastSeenAt"> {
  customStatus?: CustomStatus;
  /** When an offline user was last there, by the server's clock. */
  lastSeenAt?: Date;
  /** Whether something is kept back by the user's settings. Only of what `getVisiblePresence` gives. */
  isFiltered?: boolean;
}

/** This user's own presence. */
export interface OwnPresence extends Omit<GeneratedOwnPresence, "customStatus"> {
  customStatus: CustomStatus | null;
}

/** Somebody who types. */
export interface TypingUser extends Omit<GeneratedTypingUser, "startedAt" | "expiresInMs"> {
  /** Since when, by the server's clock; where it does not say, since it was heard of. */
  startedAt: Date;
}

/** Who types at a place. */
export interface TypingSnapshot {
  /** The others, in the order in which they began. */
  users: readonly TypingUser[];
  /** Whether this user does. */
  isTyping: boolean;
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
