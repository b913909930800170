import type {
  FlushResult,
  MessageEvent as GeneratedMessage,
  SyncMessage,
} from "../wasm/nchat_realtime.js";

export type {
  FlushResult,
  OfflineQueueConfig,
  OfflineQueueService as EngineQueue,
  OlderMessages,
  OperationReceipt,
  QueuedKind,
  QueuedMessage,
  QueuedMessagePatch,
  QueuedMessageStatus,
  QueueMessageInput,
  QueueSnapshot,
  RoomsService as EngineRooms,
  TimelineGap,
} from "../wasm/nchat_realtime.js";

/** A message of a room: the server's own object, or the local echo of one's own. */
export interface MessageEvent extends GeneratedMessage {
  /** Whether it shows a change of this user's that the server has not taken yet. */
  isPending?: boolean;
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

/** What a wasm client has besides. */
export interface EngineServices {
  delivery(): EngineDelivery;
  sync(): EngineSync;
}
