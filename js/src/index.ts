/**
 * The realtime engine of a chat front end: connection, events, rooms, messages, receipts, offline
 * queue and synchronisation, in WebAssembly. Importing runs nothing; `init()` or `connect()` loads
 * the module.
 */
export type { ConflictResolutionConfig } from "./conflict-resolution/config.js";
export { ConflictResolutionService } from "./conflict-resolution/conflict-resolution-service.js";
export type * from "./conflict-resolution/types.js";
export { DeliveryEventHandler, type DeliveryEventHandlerConfig } from "./delivery-event-handler.js";
export {
  type DeliveryShownOptions,
  deliveryText,
  isDeliveryShown,
  readPercentage,
} from "./delivery-texts.js";
export { isRealtimeError } from "./errors.js";
export type { EventMap } from "./events.js";
export { type InitSource, init, isInitialized } from "./init.js";
export type { IntegrationStatus, RealtimeIntegrationConfig } from "./integration-status.js";
export { OfflineQueueService, type OfflineQueueServiceConfig } from "./offline-queue-service.js";
export type { PresenceServiceConfig } from "./presence/config.js";
export type { AuthTokenGetter } from "./presence/graphql-source.js";
export {
  DEFAULT_PRESENCE_SETTINGS,
  type PresenceSettings,
  type PresenceSettingsInput,
  type PresenceVisibility,
} from "./presence/settings.js";
export type { FilteredUserPresence, PresenceVisibilityResult } from "./presence/visibility.js";
export {
  PresenceService,
  type PresenceWindow,
  type PresenceWindowOptions,
} from "./presence-service.js";
export { default, RealtimeClient } from "./realtime-client.js";
export { RealtimeIntegrationService } from "./realtime-integration-service.js";
export type { EditMessageOptions } from "./room-messages.js";
export { RoomsService, type RoomsServiceConfig } from "./rooms-service.js";
export type {
  DeliveryEvent,
  DeliveryEventListener,
  QueueEvent,
  QueueEventListener,
  SyncEvent,
  SyncEventListener,
} from "./service-events.js";
export {
  getConflictResolutionService,
  getDeliveryEventHandler,
  getOfflineQueueService,
  getPresenceService,
  getRealtimeIntegration,
  getRoomsService,
  getSyncService,
  getTypingService,
  initializeConflictResolutionService as initializeConflictResolution,
  initializeConflictResolutionService,
  initializeDeliveryHandler,
  initializeOfflineQueue,
  initializePresenceService,
  initializeRealtimeIntegration,
  initializeRoomsService,
  initializeSyncService,
  initializeTypingService,
  realtimeClient,
  resetConflictResolutionService as resetConflictResolution,
  resetConflictResolutionService,
  resetDeliveryHandler,
  resetOfflineQueue,
  resetPresenceService,
  resetRealtimeIntegration,
  resetRoomsService,
  resetSyncService,
  resetTypingService,
} from "./singletons.js";
export { SyncService, type SyncServiceConfig } from "./sync-service.js";
export { messageKey, messageTopic, type SnapshotOf, type Topic, typingTopic } from "./topics.js";
export type * from "./types.js";
export type { TypingPrivacySettings, TypingServiceConfig } from "./typing/privacy.js";
export { type TypingChangeListener, TypingService } from "./typing-service.js";
