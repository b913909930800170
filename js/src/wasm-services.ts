import type {
  ErrorBody,
  MessageEvent as GeneratedMessage,
  RoomsService as GeneratedRooms,
  MessageSend,
  OperationAck,
  SyncMessage,
} from "../wasm/nchat_realtime.js";

/** A message of a room: the server's own object, or the local echo of one's own. */
export interface MessageEvent extends GeneratedMessage {
  /** Whether it shows a change of this user's that the server has not taken yet. */
  isPending?: boolean;
}

/** What is to be sent: a message of a channel. */
export interface QueueMessageInput
  extends Partial<
    Pick<
      MessageSend,
      "type" | "threadId" | "replyTo" | "mentions" | "attachments" | "metadata" | "clientMessageId"
    >
  > {
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

/** wasm class. */
export interface EngineQueue {
  queueMessage(message: QueueMessageInput): QueuedMessage;
  getQueuedMessages(): QueuedMessage[];
  getQueuedMessage(id: string): QueuedMessage | undefined;
  removeFromQueue(id: string): boolean;
  updateQueuedMessage(id: string, patch: QueuedMessagePatch): boolean;
  retryMessage(id: string): boolean;
  clearQueue(): number;
  flushQueue(): Promise<FlushResult>;
  configure(config: OfflineQueueConfig): void;
  snapshot(): QueueSnapshot;
}

export type DeliveryRecordState = "pending" | "sending" | "sent" | "delivered" | "read" | "failed";

/** How far one recipient is with a message. */
export interface DeliveryRecipient {
  userId: string;
  state: DeliveryRecordState;
  deliveredAt?: string;
  readAt?: string;
}

/** How far one message of this user has come. */
export interface DeliveryRecord {
  messageId: string;
  clientMessageId?: string;
  channelId?: string;
  state: DeliveryRecordState;
  deliveredCount: number;
  readCount: number;
  totalRecipients: number;
  recipients: DeliveryRecipient[];
  error?: string;
  updatedAt: number;
}

/** What waits to be read in a room. */
export interface UnreadCount {
  count: number;
  mentions: number;
  readUpToSeq: number;
}

/** Options of receipts. */
export interface DeliveryConfig {
  /** Whether receipts of reading are gathered per channel. Default true. */
  batchReadAck?: boolean;
  /** How long they are gathered, in ms. Default 1000. */
  batchReadInterval?: number;
  /** Whether the states of own messages are asked for after a reconnect. Default true. */
  autoSyncOnReconnect?: boolean;
  /** Whether others are told what this user read, and this user what others read. */
  allowReadReceipts?: boolean;
}

/** wasm class. */
export interface EngineDelivery {
  trackOutgoingMessage(clientMessageId: string, channelId: string, totalRecipients?: number): void;
  acknowledgeRead(messageId: string, channelId: string): void;
  acknowledgeReadUpTo(channelId: string, seq?: number): void;
  syncDeliveryStatus(ids: string[]): Promise<void>;
  record(id: string): DeliveryRecord | undefined;
  unread(channelId: string): UnreadCount;
  configure(config: DeliveryConfig): void;
}

export type SyncStatus = "idle" | "syncing" | "completed" | "failed";

/** Where synchronisation stands. */
export interface SyncSnapshot {
  status: SyncStatus;
  /** 0 to 100. */
  progress: number;
  isSyncing: boolean;
  /** When it was last completed, in ms since 1970. */
  lastSyncTimestamp: number | null;
}

/** What a synchronisation brought. */
export interface SyncResult {
  messages: { synced: number; conflicts: number; errors: number };
  channels: { synced: number; errors: number };
  presence: { synced: number };
  queueFlushed: FlushResult;
  /** When it began, in ms since 1970. */
  timestamp: number;
  /** How long it took, in ms. */
  duration: number;
}

/** What the synchronisation of one channel brought. */
export interface ChannelSyncResult {
  messages: SyncMessage[];
  conflicts: unknown[];
}

/** An edit of this client that met a newer version. */
export interface SyncConflict {
  /** The message's id. */
  id: string;
  type: "message:edit";
  localData: { messageId: string; content: string; baseVersion?: number };
  remoteData: MessageEvent | null;
  localVersion?: number;
  remoteVersion?: number;
  metadata: { channelId: string; clientMessageId: string };
}

/** Options of synchronisation. */
export interface SyncConfig {
  maxMessagesPerChannel?: number;
  autoSyncOnReconnect?: boolean;
  /** In ms. */
  syncTimeout?: number;
}

/** wasm class. */
export interface EngineSync {
  syncOnReconnect(): Promise<SyncResult>;
  syncMessages(channelId: string, since?: number): Promise<ChannelSyncResult>;
  syncChannels(): Promise<{ synced: number; errors: number }>;
  syncPresence(): Promise<{ synced: number }>;
  cancelSync(): void;
  snapshot(): SyncSnapshot;
  configure(config: SyncConfig): void;
  getChannelSyncTimestamp(channelId: string): number | null;
}

/** Entries of a room's log that are missing here. */
export interface TimelineGap {
  fromSeq: number;
  toSeq: number;
}

/** A page of older messages came in. */
export interface OlderMessages {
  count: number;
  hasMore: boolean;
}

/** The server took a change of a message. */
export type OperationReceipt = Pick<OperationAck, "messageId" | "clientMessageId"> &
  Partial<OperationAck>;

/** wasm class, with what is new. */
export interface EngineRooms extends GeneratedRooms {
  editMessage(
    name: string,
    messageId: string,
    content: string,
    options?: { baseVersion?: number },
  ): Promise<OperationReceipt>;
  deleteMessage(name: string, messageId: string): Promise<OperationReceipt>;
  addReaction(name: string, messageId: string, emoji: string): Promise<OperationReceipt>;
  removeReaction(name: string, messageId: string, emoji: string): Promise<OperationReceipt>;
  loadOlder(name: string): Promise<OlderMessages>;
  gaps(name: string): TimelineGap[];
}

/** What a wasm client has besides. */
export interface EngineServices {
  queue(): EngineQueue;
  delivery(): EngineDelivery;
  sync(): EngineSync;
  logout(): Promise<void>;
}
