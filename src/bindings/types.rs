//! The TypeScript types that a Rust type cannot say: callbacks, and what is made of JavaScript
//! values. All others are generated where the Rust type is.

use wasm_bindgen::prelude::*;

use crate::browser::error_to_js;
use crate::engine::error::ClientError;
use crate::wire::error::ErrorCode;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = r#"
/** A token, or a function that gives one (or a promise of one) before every attempt. */
export type TokenSource = string | (() => string | null | undefined | Promise<string | null | undefined>);

/** What every error of this package carries, and what `connect_error` and `error` events say. */
export interface RealtimeError extends ErrorSnapshot {
  /** How long the server asked to wait, in milliseconds. */
  retryAfterMs?: number;
  /** More for programs, as the server sent it. */
  details?: Record<string, unknown>;
}

/** Payload of `connected`. */
export type ConnectedEvent = Connected;
/** Payload of `authenticated`. */
export type AuthenticatedEvent = Authenticated;
/** Payload of `user:joined`. */
export type UserJoinedEvent = MembershipChange;
/** Payload of `user:left`. */
export type UserLeftEvent = MembershipChange;

/** Gets every notification of one client: what the arguments are, the first says. */
export type Sink = (kind: number, a: any, b: any, c?: any, d?: any) => void;

/** A WebSocket that was opened before there was an engine. */
export interface EarlySocket {
  /** Gives it away, once, if it is for this address and has not ended. */
  take(url: string): WebSocket | undefined;
}

/** Where a message of one's own stands; absent on messages that came from the server. */
export type MessageState = "sending" | "sent" | "failed";

/** A message of a room: the server's own object, or the local echo of one's own. */
export interface MessageEvent extends Omit<MessageNew, "messageId"> {
  /** The server's id; of a message that the server gave none, the client's own. */
  messageId: string;
  state?: MessageState;
  /** Whether it shows a change of one's own that the server has not taken yet. */
  isPending?: boolean;
  /** Code of the error for which a message of one's own failed. */
  error?: string;
}

/** Options of `sendMessage`. */
export type SendMessageOptions = Partial<
  Pick<MessageSend, "type" | "threadId" | "replyTo" | "mentions" | "attachments" | "metadata" | "clientMessageId">
>;

/** Payloads of the events that `DeliveryEventHandler` tells of. */
export interface DeliveryEventMap {
  "message:sent": DeliveryEventData & { sentAt?: string };
  "message:delivered": DeliveryEventData & DeliveryEventCounts & { userId?: string; upToSeq?: number; deliveredAt?: string };
  "message:read": DeliveryEventData & DeliveryEventCounts & { userId?: string; upToSeq?: number; readAt?: string };
  /** `error` is the documents' name of `errorMessage`. */
  "message:failed": DeliveryEventData & { errorCode: string; errorMessage: string; error: string };
  "message:ack": DeliveryEventData & { status: "sent" | "delivered" | "read" };
  "message:batch-delivered": DeliveryBatchData & { deliveredAt?: string };
  "message:batch-read": DeliveryBatchData & { readAt?: string };
}

/** The message that a delivery event is about: of its ids, those that are known. */
export interface DeliveryEventData {
  messageId?: string;
  clientMessageId?: string;
  channelId?: string;
  seq?: number;
}

/** The server's counts, or what is known here where that is more. */
export interface DeliveryEventCounts {
  deliveredCount: number;
  readCount: number;
  totalRecipients: number;
}

/** Several messages that came further together. */
export interface DeliveryBatchData {
  channelId?: string;
  userId?: string;
  upToSeq?: number;
  messageIds: string[];
}

/** Payloads of the events that `SyncService` tells of. */
export interface SyncEventMap {
  "sync:started": Record<string, never>;
  "sync:progress": { progress: number };
  "sync:completed": { result: SyncResult };
  "sync:failed": { error: ErrorSnapshot };
  "sync:conflict": { conflict: SyncConflict };
}

/** An edit of this client that met a newer version: what `ConflictResolutionService` takes. */
export interface SyncConflict {
  /** The message's id. */
  id: string;
  type: "message:edit";
  /** The edit as it was sent. */
  localData: { messageId: string; content: string; baseVersion?: number };
  /** The message as the server has it; null where it did not say. */
  remoteData: MessageEvent | null;
  localVersion?: number;
  remoteVersion?: number;
  metadata: { channelId: string; clientMessageId: string };
}

/** What `syncMessages` resolves with. */
export interface SyncMessagesResult {
  messages: SyncMessage[];
  conflicts: SyncConflict[];
}

/** The server took a message. Servers of the plain dialect give no `seq`, `epoch`, `timestamp`. */
export type SendReceipt = Pick<SendAck, "messageId" | "clientMessageId"> &
  Partial<Pick<SendAck, "seq" | "epoch" | "timestamp">>;

/** What is to be sent: a message of a channel. */
export interface QueueMessageInput extends SendMessageOptions {
  /** The room. */
  channelId: string;
  /** The text; empty only beside attachments. */
  content: string;
}

/** Where a queued message stands: it waits, it is on its way, or it is parked. */
export type QueuedMessageStatus = "pending" | "sending" | "failed";

/** What is queued: a message, or a change of one. */
export type QueuedKind =
  | "message:send"
  | "message:edit"
  | "message:delete"
  | "reaction:add"
  | "reaction:remove";

/** A message of this user that the server has not taken yet, or a change of one. */
export interface QueuedMessage extends Omit<QueueMessageInput, "content"> {
  kind: QueuedKind;
  /** The text of a message or an edit. */
  content?: string;
  /** Of a change: the message that it is about. */
  messageId?: string;
  /** Of a reaction. */
  emoji?: string;
  /** Of an edit: the version that it was made from. */
  baseVersion?: number;
  /** As `clientMessageId`. */
  id: string;
  clientMessageId: string;
  /** When it was queued, in ms since 1970 by this device's clock. */
  timestamp: number;
  /** Attempts that failed. */
  retries: number;
  /** When the last attempt failed. */
  lastRetryAt?: number;
  /** Why it failed, for people. */
  lastError?: string;
  status: QueuedMessageStatus;
  /** Whether it outlives a crash of the browser. */
  persisted: boolean;
  /** The last failure; of a parked one, why it is. */
  error?: ErrorBody;
}

/** What may be changed of what waits: of an edit `content` and `baseVersion`, of a reaction `emoji`. */
export interface QueuedMessagePatch
  extends Partial<Omit<QueueMessageInput, "channelId" | "clientMessageId">> {
  baseVersion?: number;
  emoji?: string;
}

/** Counts over the queue. */
export interface QueueSnapshot {
  /** All of it. */
  length: number;
  /** Those that wait. */
  pending: number;
  /** Those on their way. */
  inFlight: number;
  /** Those that are parked. */
  failed: number;
  /** Whether something is being sent. */
  isFlushing: boolean;
  /** Whether this tab is the one that sends. */
  isLeader: boolean;
  /** Whether what earlier pages left is counted: the browser's storage was read. */
  isLoaded: boolean;
  /** Whether what is queued outlives a crash of the browser. */
  persisted: boolean;
}

/** What became of a flush. */
export interface FlushResult {
  sent: number;
  failed: number;
}

/** Options of the queue. */
export interface OfflineQueueConfig {
  /** Messages that may wait. Default 100. */
  maxQueueSize?: number;
  /** Failed attempts after which a message is parked. Default 5. */
  maxRetries?: number;
  /** First wait after a failed attempt, in ms; doubled each time. Default 1000. */
  baseRetryDelay?: number;
  /** Longest wait, in ms. Default 30000. */
  maxRetryDelay?: number;
}

/** The server took a change of a message. */
export type OperationReceipt = Pick<OperationAck, "messageId" | "clientMessageId"> &
  Partial<OperationAck>;

/** A page of older messages came in. */
export interface OlderMessages {
  /** How many. */
  count: number;
  /** Whether the server has older ones still. */
  hasMore: boolean;
}

/** Options of typing. Durations are in milliseconds. */
export interface TypingConfig {
  /** How long after the last key somebody counts as typing. Default 5000. */
  typingTimeout?: number;
  /** For how long keys are gathered before others are told that typing goes on. Default 300. */
  debounceInterval?: number;
  /** Least time between two times that this is told of one room. Default 1000. */
  throttleInterval?: number;
  /** Window in which further typers are collected before listeners are told; the first is told at once. Default 500. */
  batchUpdateInterval?: number;
  /** Whether others are told at all. Default true. */
  broadcastTyping?: boolean;
  /** Whether only some may see it: then a server that would show it to all is told nothing. Default false. */
  restricted?: boolean;
}

/** A place where somebody types. */
export interface TypingPlace {
  roomName: string;
  roomType: TypingRoomType;
  threadId?: string;
}

/** Where this user types. */
export interface TypingContext extends TypingPlace {
  /** In a direct conversation, with whom. */
  recipientId?: string;
}

/** Who types at a place. */
export interface TypingSnapshot {
  /** The others, in the order in which they began. */
  users: TypingUser[];
  /** Whether this user does. */
  isTyping: boolean;
}

/** Options of presence. Durations are in milliseconds. */
export interface PresenceConfig {
  /** Whether a user who does nothing, or does not see the page, is shown as away. Default true. */
  enableIdleDetection?: boolean;
  /** Inactivity after which the user counts as away. Default 300000. */
  idleTimeout?: number;
  /** Period in which the server is told that this client is still there. Default 30000. */
  heartbeatInterval?: number;
}

/** What a user can choose, under the names of all dialects: `dnd` is `busy`. */
export type PresenceStatusName = ChosenStatus | "dnd";

/** A user as they may be seen. */
export type PresenceView = Pick<PresenceChanged, "userId" | "status" | "device"> & {
  customStatus?: CustomStatus;
  lastSeenAt?: string;
};

/** This user. */
export interface OwnPresence {
  /** As chosen, or `away` while nobody looks at the page of somebody who is online. */
  status: ChosenStatus;
  /** What was chosen. */
  chosenStatus: ChosenStatus;
  customStatus: CustomStatus | null;
  /** Whether nobody looks at this page. */
  isIdle: boolean;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// `TokenSource` of TypeScript.
    #[wasm_bindgen(typescript_type = "TokenSource")]
    pub type JsTokenSource;
    /// `Sink` of TypeScript.
    #[wasm_bindgen(typescript_type = "Sink")]
    pub type JsSink;
    /// `RealtimeClientConfig` of TypeScript.
    #[wasm_bindgen(typescript_type = "RealtimeClientConfig")]
    pub type JsConfig;
    /// `ConnectionSnapshot` of TypeScript.
    #[wasm_bindgen(typescript_type = "ConnectionSnapshot")]
    pub type JsConnectionSnapshot;
    /// `SendMessageOptions` of TypeScript.
    #[wasm_bindgen(typescript_type = "SendMessageOptions | undefined")]
    pub type JsSendOptions;
    /// `Room[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "Room[]")]
    pub type JsRooms;
    /// `RoomMember[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "RoomMember[]")]
    pub type JsMembers;
    /// `MessageEvent[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "MessageEvent[]")]
    pub type JsMessages;
    /// `DeliveryConfig` of TypeScript.
    #[wasm_bindgen(typescript_type = "DeliveryConfig")]
    pub type JsDeliveryConfig;
    /// `DeliveryRecord` of TypeScript.
    #[wasm_bindgen(typescript_type = "DeliveryRecord")]
    pub type JsDeliveryRecord;
    /// `UnreadCount` of TypeScript.
    #[wasm_bindgen(typescript_type = "UnreadCount")]
    pub type JsUnreadCount;
    /// `SyncConfig` of TypeScript.
    #[wasm_bindgen(typescript_type = "SyncConfig")]
    pub type JsSyncConfig;
    /// `SyncSnapshot` of TypeScript.
    #[wasm_bindgen(typescript_type = "SyncSnapshot")]
    pub type JsSyncSnapshot;
    /// `Promise<SyncResult>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<SyncResult>")]
    pub type JsPromiseSyncResult;
    /// `Promise<SyncMessagesResult>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<SyncMessagesResult>")]
    pub type JsPromiseSyncedMessages;
    /// `Promise<SyncedChannels>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<SyncedChannels>")]
    pub type JsPromiseSyncedChannels;
    /// `Promise<SyncedPresence>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<SyncedPresence>")]
    pub type JsPromiseSyncedPresence;
    /// `Promise<void>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<void>")]
    pub type JsPromiseVoid;
    /// `Promise<Room>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<Room>")]
    pub type JsPromiseRoom;
    /// `Promise<SendReceipt>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<SendReceipt>")]
    pub type JsPromiseReceipt;
    /// `QueueMessageInput` of TypeScript.
    #[wasm_bindgen(typescript_type = "QueueMessageInput")]
    pub type JsQueueMessage;
    /// `QueuedMessage` of TypeScript.
    #[wasm_bindgen(typescript_type = "QueuedMessage")]
    pub type JsQueuedMessage;
    /// `QueuedMessage[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "QueuedMessage[]")]
    pub type JsQueuedMessages;
    /// `QueuedMessagePatch` of TypeScript.
    #[wasm_bindgen(typescript_type = "QueuedMessagePatch")]
    pub type JsQueuedPatch;
    /// `QueueSnapshot` of TypeScript.
    #[wasm_bindgen(typescript_type = "QueueSnapshot")]
    pub type JsQueueSnapshot;
    /// `OfflineQueueConfig` of TypeScript.
    #[wasm_bindgen(typescript_type = "OfflineQueueConfig")]
    pub type JsQueueConfig;
    /// `Promise<FlushResult>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<FlushResult>")]
    pub type JsFlushed;
    /// `TimelineGap[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "TimelineGap[]")]
    pub type JsGaps;
    /// `{ baseVersion?: number }` of TypeScript.
    #[wasm_bindgen(typescript_type = "{ baseVersion?: number } | undefined")]
    pub type JsEditOptions;
    /// `Promise<OperationReceipt>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<OperationReceipt>")]
    pub type JsPromiseOperation;
    /// `TypingConfig` of TypeScript.
    #[wasm_bindgen(typescript_type = "TypingConfig")]
    pub type JsTypingConfig;
    /// `TypingSnapshot` of TypeScript.
    #[wasm_bindgen(typescript_type = "TypingSnapshot")]
    pub type JsTypingSnapshot;
    /// `TypingPlace[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "TypingPlace[]")]
    pub type JsTypingPlaces;
    /// `TypingContext | null` of TypeScript.
    #[wasm_bindgen(typescript_type = "TypingContext | null")]
    pub type JsTypingContext;
    /// `PresenceConfig` of TypeScript.
    #[wasm_bindgen(typescript_type = "PresenceConfig")]
    pub type JsPresenceConfig;
    /// `PresenceView` of TypeScript.
    #[wasm_bindgen(typescript_type = "PresenceView")]
    pub type JsPresence;
    /// `PresenceView[]` of TypeScript.
    #[wasm_bindgen(typescript_type = "PresenceView[]")]
    pub type JsPresences;
    /// `Promise<PresenceView[]>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<PresenceView[]>")]
    pub type JsPromisePresences;
    /// `OwnPresence` of TypeScript.
    #[wasm_bindgen(typescript_type = "OwnPresence")]
    pub type JsOwnPresence;
    /// `Promise<OlderMessages>` of TypeScript.
    #[wasm_bindgen(typescript_type = "Promise<OlderMessages>")]
    pub type JsPromiseOlder;
}

/// A whole number from 0 to 2^53 - 1 that the app gave.
pub(super) fn whole_number(name: &str, number: f64) -> Result<u64, JsValue> {
    const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
    if number.fract() == 0.0 && (0.0..=MAX_SAFE_INTEGER).contains(&number) {
        return Ok(number as u64);
    }
    Err(invalid(&format!("`{name}` is a whole number from 0 on")))
}

/// The refusal of an argument.
pub(super) fn invalid(text: &str) -> JsValue {
    error_to_js(&ClientError::new(ErrorCode::ValidationError, text))
}
