"use client";

export { ConnectionStatus, type ConnectionStatusProps } from "./connection-status.js";
export type { MessageActions } from "./message-actions.js";
export type { PresenceActions } from "./presence-actions.js";
export { RealtimeProvider, type RealtimeProviderProps } from "./realtime-provider.js";
export { useDelivery } from "./use-delivery.js";
export { useMessage, useMessageKeys } from "./use-message.js";
export { type UseMessagesResult, useMessages } from "./use-messages.js";
export {
  type UseOfflineStatusOptions,
  type UseOfflineStatusResult,
  useOfflineStatus,
} from "./use-offline-status.js";
export { useDMTyping, useThreadTyping } from "./use-place-typing.js";
export { type UsePresenceSettingsResult, usePresenceSettings } from "./use-presence-settings.js";
export { type UseRealtimeOptions, type UseRealtimeResult, useRealtime } from "./use-realtime.js";
export { type RealtimeContextValue, useRealtimeContext } from "./use-realtime-context.js";
export {
  type UseRealtimeIntegrationResult,
  useRealtimeIntegration,
} from "./use-realtime-integration.js";
export {
  type UseOneUserPresenceResult,
  type UseRealtimePresenceOptions,
  type UseRealtimePresenceResult,
  useRealtimePresence,
} from "./use-realtime-presence.js";
export { type UseRealtimeRoomResult, useRealtimeRoom } from "./use-realtime-room.js";
export {
  type UseRealtimeRoomsOptions,
  type UseRealtimeRoomsResult,
  useRealtimeRooms,
} from "./use-realtime-rooms.js";
export {
  type UseRealtimeTypingOptions,
  type UseRealtimeTypingResult,
  useRealtimeTyping,
} from "./use-realtime-typing.js";
export { type UseSyncResult, useSync } from "./use-sync.js";
export {
  type UseTypingIndicatorDisplayResult,
  useTypingIndicatorDisplay,
} from "./use-typing-indicator-display.js";
export { type UseUnreadResult, useUnread } from "./use-unread.js";
export { useUserOnlineStatus, useUserPresence } from "./use-user-presence.js";
