"use client";

export { ConnectionStatus, type ConnectionStatusProps } from "./connection-status.js";
export { RealtimeProvider, type RealtimeProviderProps } from "./realtime-provider.js";
export { type UseRealtimeOptions, type UseRealtimeResult, useRealtime } from "./use-realtime.js";
export { type RealtimeContextValue, useRealtimeContext } from "./use-realtime-context.js";
export { type UseRealtimeRoomResult, useRealtimeRoom } from "./use-realtime-room.js";
export {
  type UseRealtimeRoomsOptions,
  type UseRealtimeRoomsResult,
  useRealtimeRooms,
} from "./use-realtime-rooms.js";
