import type { DeliveryEventMap, SyncEventMap } from "../wasm/nchat_realtime.js";
import type { ConflictDetectionResult } from "./conflict-resolution/types.js";
import type { QueuedMessage } from "./types.js";

/** Of a map of events to their payloads, what a listener is called with. */
type EventsOf<M> = { [K in keyof M]: [event: K, data: M[K]] }[keyof M];

/**
 * What an `OfflineQueueService` tells.
 *
 * `message:queued` is told by `queueMessage` itself, `message:persisted` once the message outlives
 * a crash of the browser; `queue:flushed` counts what was sent, `queue:cleared` what was taken out;
 * `queue:leader` says whether this tab is the one that sends, `queue:loaded` whether what earlier
 * pages left is counted.
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
  | [event: "queue:flushing" | "queue:flushed" | "queue:cleared", data: { count: number }]
  | [event: "queue:leader", data: { isLeader: boolean }]
  | [event: "queue:loaded", data: { isLoaded: boolean }];

/** Calls back with what a queue tells. */
export type QueueEventListener = (...event: QueueEvent) => void;

/** What a `DeliveryEventHandler` tells of one's own messages. Times are ISO 8601 by the server's clock. */
export type DeliveryEvent = EventsOf<DeliveryEventMap>;

/** Calls back with what is told of one's own messages. */
export type DeliveryEventListener = (...event: DeliveryEvent) => void;

/**
 * What a `SyncService` tells. `progress` is 0 to 100 and never falls. In a `conflict`, `entity` has
 * both texts: `localData.content` and `remoteData.content`.
 */
export type SyncEvent = EventsOf<
  Omit<SyncEventMap, "sync:conflict"> & {
    "sync:conflict": { conflict: ConflictDetectionResult };
  }
>;

/** Calls back with what a synchronisation tells. */
export type SyncEventListener = (...event: SyncEvent) => void;
