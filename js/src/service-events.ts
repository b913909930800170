import type { ConflictDetectionResult } from "./conflict-resolution/types.js";
import type { QueuedMessage, RealtimeError, SyncResult } from "./types.js";

/**
 * What an `OfflineQueueService` tells.
 *
 * `message:queued` is told by `queueMessage` itself, `message:persisted` once the message outlives
 * a crash of the browser; `queue:flushed` counts what was sent, `queue:cleared` what was taken out.
 */
export type QueueEvent =
  | [
      event:
        | "message:queued"
        | "message:persisted"
        | "message:sending"
        | "message:sent"
        | "message:updated"
        | "message:removed",
      data: { message: QueuedMessage },
    ]
  | [event: "message:failed", data: { message: QueuedMessage; error: string }]
  | [event: "queue:flushing" | "queue:flushed" | "queue:cleared", data: { count: number }];

/** Calls back with what a queue tells. */
export type QueueEventListener = (...event: QueueEvent) => void;

/** A message of one's own, in what a `DeliveryEventHandler` tells. */
export interface DeliveryEventData {
  /** The server's id; absent where it is not known yet. */
  messageId?: string;
  clientMessageId?: string;
  channelId?: string;
  /** Its place in its room. */
  seq?: number;
}

/** How many a message has reached. */
interface DeliveryCounts {
  deliveredCount: number;
  readCount: number;
  totalRecipients: number;
  /** Whose receipt it was, where it was one person's. */
  userId?: string;
  /** How far that person is in the room. */
  upToSeq?: number;
}

/** Several messages of one's own, of one room, that one person has received or read. */
interface BatchReceipt {
  channelId: string;
  userId?: string;
  upToSeq?: number;
  messageIds: string[];
}

/** What a `DeliveryEventHandler` tells of one's own messages. Times are ISO 8601 by the server's clock. */
export type DeliveryEvent =
  | [event: "message:sent", data: DeliveryEventData & { sentAt?: string }]
  | [
      event: "message:delivered",
      data: DeliveryEventData & DeliveryCounts & { deliveredAt?: string },
    ]
  | [event: "message:read", data: DeliveryEventData & DeliveryCounts & { readAt?: string }]
  | [event: "message:failed", data: DeliveryEventData & { errorCode: string; errorMessage: string }]
  | [
      event: "message:ack",
      data: DeliveryEventData & { status: "sent" | "delivered" | "read" | "failed" },
    ]
  | [event: "message:batch-delivered", data: BatchReceipt & { deliveredAt?: string }]
  | [event: "message:batch-read", data: BatchReceipt & { readAt?: string }];

/** Calls back with what is told of one's own messages. */
export type DeliveryEventListener = (...event: DeliveryEvent) => void;

/**
 * What a `SyncService` tells. `progress` is 0 to 100 and never falls. In a `conflict`, `entity` has
 * both texts: `localData.content` and `remoteData.content`.
 */
export type SyncEvent =
  | [event: "sync:started", data: undefined]
  | [event: "sync:progress", data: { progress: number }]
  | [event: "sync:completed", data: { result: SyncResult }]
  | [event: "sync:failed", data: { error: RealtimeError }]
  | [event: "sync:conflict", data: { conflict: ConflictDetectionResult }];

/** Calls back with what a synchronisation tells. */
export type SyncEventListener = (...event: SyncEvent) => void;
