"use client";

import { type UseRealtimeTypingResult, useRealtimeTyping } from "./use-realtime-typing.js";

/** As {@link useRealtimeTyping}, in a direct conversation. */
export function useDMTyping(dmId: string, recipientId?: string): UseRealtimeTypingResult {
  return useRealtimeTyping({ roomName: dmId, roomType: "dm", recipientId });
}

/** As {@link useRealtimeTyping}, in a thread of a channel. */
export function useThreadTyping(channelId: string, threadId: string): UseRealtimeTypingResult {
  return useRealtimeTyping({ roomName: channelId, roomType: "thread", threadId });
}
