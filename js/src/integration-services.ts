import { DeliveryEventHandler } from "./delivery-event-handler.js";
import type { Features } from "./integration-status.js";
import { OfflineQueueService } from "./offline-queue-service.js";
import { PresenceService } from "./presence-service.js";
import type { RealtimeClient } from "./realtime-client.js";
import { RoomsService } from "./rooms-service.js";
import { SyncService } from "./sync-service.js";
import { TypingService } from "./typing-service.js";

/** The services of one integration: its own, so that its end takes no listeners off but theirs. */
export interface IntegrationServices {
  readonly rooms: RoomsService;
  readonly sync: SyncService;
  readonly presence: PresenceService | undefined;
  readonly typing: TypingService | undefined;
  readonly delivery: DeliveryEventHandler | undefined;
  readonly queue: OfflineQueueService | undefined;
}

/** Makes and initialises the services that are asked for. */
export function startServices(client: RealtimeClient, features: Features): IntegrationServices {
  const services: IntegrationServices = {
    rooms: new RoomsService(client),
    sync: new SyncService(client),
    presence: features.presence ? new PresenceService(client) : undefined,
    typing: features.typing ? new TypingService(client) : undefined,
    delivery: features.delivery ? new DeliveryEventHandler(client) : undefined,
    queue: features.queue ? new OfflineQueueService(client) : undefined,
  };
  for (const service of Object.values(services)) service?.initialize();
  return services;
}

/** Ends them. What waits, and which rooms are joined, is the client's and stays. */
export function stopServices(services: IntegrationServices): void {
  for (const service of Object.values(services)) service?.destroy();
}
