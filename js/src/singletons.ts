import { DEFAULT_STRATEGY } from "./client-conflicts.js";
import { hostOf } from "./client-host.js";
import type { ConflictResolutionConfig } from "./conflict-resolution/config.js";
import type { ConflictResolutionService } from "./conflict-resolution/conflict-resolution-service.js";
import { DeliveryEventHandler, type DeliveryEventHandlerConfig } from "./delivery-event-handler.js";
import type { RealtimeIntegrationConfig } from "./integration-status.js";
import { OfflineQueueService, type OfflineQueueServiceConfig } from "./offline-queue-service.js";
import type { PresenceServiceConfig } from "./presence/config.js";
import { PresenceService } from "./presence-service.js";
import { RealtimeClient } from "./realtime-client.js";
import { integrationOf, type RealtimeIntegrationService } from "./realtime-integration-service.js";
import { RoomsService, type RoomsServiceConfig } from "./rooms-service.js";
import { SyncService, type SyncServiceConfig } from "./sync-service.js";
import type { TypingServiceConfig } from "./typing/privacy.js";
import { TypingService } from "./typing-service.js";

/** The client that the services and the hooks use unless they are given another. */
export const realtimeClient = new RealtimeClient();

let roomsService: RoomsService | undefined;
let queueService: OfflineQueueService | undefined;
let deliveryHandler: DeliveryEventHandler | undefined;
let syncService: SyncService | undefined;
let presenceService: PresenceService | undefined;
let typingService: TypingService | undefined;

/**
 * A rooms service over {@link realtimeClient}, made on the first call. A config is laid over
 * what is set, on every call.
 */
export function getRoomsService(config: RoomsServiceConfig = {}): RoomsService {
  roomsService ??= new RoomsService(realtimeClient);
  roomsService.configure(config);
  return roomsService;
}

/** As {@link getRoomsService}: a service is initialised when it is made. */
export function initializeRoomsService(config: RoomsServiceConfig = {}): RoomsService {
  return getRoomsService(config);
}

/** Takes its listeners off and forgets its options. Membership stays: leaving is `leaveAllRooms`. */
export function resetRoomsService(): void {
  roomsService?.destroy();
  roomsService = undefined;
}

/** The queue of {@link realtimeClient}. A config is laid over what is set, on every call. */
export function getOfflineQueueService(
  config: OfflineQueueServiceConfig = {},
): OfflineQueueService {
  queueService ??= new OfflineQueueService(realtimeClient);
  queueService.configure(config);
  return queueService;
}

/** As {@link getOfflineQueueService}, and `initialize()` is called. */
export function initializeOfflineQueue(
  config: OfflineQueueServiceConfig = {},
): OfflineQueueService {
  const service = getOfflineQueueService(config);
  service.initialize();
  return service;
}

/** Takes its listeners off. What is queued stays: that is `clearQueue`. */
export function resetOfflineQueue(): void {
  queueService?.destroy();
  queueService = undefined;
}

/** The receipts of {@link realtimeClient}. A config is laid over what is set, on every call. */
export function getDeliveryEventHandler(
  config: DeliveryEventHandlerConfig = {},
): DeliveryEventHandler {
  deliveryHandler ??= new DeliveryEventHandler(realtimeClient);
  deliveryHandler.configure(config);
  return deliveryHandler;
}

/** As {@link getDeliveryEventHandler}, and `initialize()` is called. */
export function initializeDeliveryHandler(
  config: DeliveryEventHandlerConfig = {},
): DeliveryEventHandler {
  const handler = getDeliveryEventHandler(config);
  handler.initialize();
  return handler;
}

/** Takes its listeners off. What is known of messages stays. */
export function resetDeliveryHandler(): void {
  deliveryHandler?.destroy();
  deliveryHandler = undefined;
}

/** The synchronisation of {@link realtimeClient}. A config is laid over what is set, on every call. */
export function getSyncService(config: SyncServiceConfig = {}): SyncService {
  syncService ??= new SyncService(realtimeClient);
  syncService.configure(config);
  return syncService;
}

/** As {@link getSyncService}, and `initialize()` is called. */
export function initializeSyncService(config: SyncServiceConfig = {}): SyncService {
  const service = getSyncService(config);
  service.initialize();
  return service;
}

/** Takes its listeners off, and forgets its `conflictStrategy`. The client goes on synchronising. */
export function resetSyncService(): void {
  syncService?.destroy();
  hostOf(realtimeClient).conflicts.strategy = DEFAULT_STRATEGY;
  syncService = undefined;
}

/** The presence of {@link realtimeClient}. A config is laid over what is set, on every call. */
export function getPresenceService(config: PresenceServiceConfig = {}): PresenceService {
  presenceService ??= new PresenceService(realtimeClient);
  presenceService.configure(config);
  return presenceService;
}

/** As {@link getPresenceService}, and `initialize()` is called. */
export function initializePresenceService(config: PresenceServiceConfig = {}): PresenceService {
  const service = getPresenceService(config);
  service.initialize();
  return service;
}

/** Takes its listeners and subscriptions off, and ends its heartbeat. What the user chose stays. */
export function resetPresenceService(): void {
  presenceService?.destroy();
  presenceService = undefined;
}

/** The typing of {@link realtimeClient}. A config is laid over what is set, on every call. */
export function getTypingService(config: TypingServiceConfig = {}): TypingService {
  typingService ??= new TypingService(realtimeClient);
  typingService.configure(config);
  return typingService;
}

/** As {@link getTypingService}: a service is initialised when it is made. */
export function initializeTypingService(config: TypingServiceConfig = {}): TypingService {
  return getTypingService(config);
}

/** Takes its listeners off, and ends this user's typing. */
export function resetTypingService(): void {
  typingService?.destroy();
  typingService = undefined;
}

/** The conflicts of {@link realtimeClient}. A config is laid over what is set, on every call. */
export function getConflictResolutionService(
  config: ConflictResolutionConfig = {},
): ConflictResolutionService {
  const { service } = hostOf(realtimeClient).conflicts;
  service.configure(config);
  return service;
}

/** As {@link getConflictResolutionService}, and its history is read from storage. */
export function initializeConflictResolutionService(
  config: ConflictResolutionConfig = {},
): ConflictResolutionService {
  const service = getConflictResolutionService(config);
  service.initialize();
  return service;
}

/** Takes its listeners off and forgets its options. The history stays in storage. */
export function resetConflictResolutionService(): void {
  hostOf(realtimeClient).conflicts.reset();
}

/** {@link realtimeClient} with all of its services: one for the page. */
export function getRealtimeIntegration(): RealtimeIntegrationService {
  return integrationOf(realtimeClient);
}

/** As {@link getRealtimeIntegration}, set up: see {@link RealtimeIntegrationService.initialize}. */
export function initializeRealtimeIntegration(
  config: RealtimeIntegrationConfig = {},
): RealtimeIntegrationService {
  const integration = getRealtimeIntegration();
  integration.initialize(config);
  return integration;
}

/** Disconnects, takes its listeners off, and forgets its options. What waits to be sent stays. */
export function resetRealtimeIntegration(): void {
  getRealtimeIntegration().destroy();
}
