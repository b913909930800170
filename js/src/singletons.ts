import { RealtimeClient } from "./realtime-client.js";
import { RoomsService, type RoomsServiceConfig } from "./rooms-service.js";

/** The client that the services and the hooks use unless they are given another. */
export const realtimeClient = new RealtimeClient();

let roomsService: RoomsService | undefined;

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
