/**
 * The realtime engine of a chat front end: connection, events and rooms, in WebAssembly.
 * Importing runs nothing; `init()` or `connect()` loads the module.
 */
export type { ConflictResolutionConfig } from "./conflict-resolution/config.js";
export { ConflictResolutionService } from "./conflict-resolution/conflict-resolution-service.js";
export {
  getConflictResolutionService,
  initializeConflictResolutionService as initializeConflictResolution,
  initializeConflictResolutionService,
  resetConflictResolutionService as resetConflictResolution,
  resetConflictResolutionService,
} from "./conflict-resolution/singleton.js";
export type * from "./conflict-resolution/types.js";
export { isRealtimeError } from "./errors.js";
export type { EventMap } from "./events.js";
export { type InitSource, init, isInitialized } from "./init.js";
export { default, RealtimeClient } from "./realtime-client.js";
export { RoomsService, type RoomsServiceConfig } from "./rooms-service.js";
export {
  getRoomsService,
  initializeRoomsService,
  realtimeClient,
  resetRoomsService,
} from "./singletons.js";
export type { SnapshotOf, Topic } from "./snapshot-store.js";
export type * from "./types.js";
