"use client";

import { messageKey, messageTopic } from "../topics.js";
import type { MessageEvent } from "../types.js";
import { useClient } from "./use-client.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/**
 * One message of a room: for a row of its own. Renders again when this message changes, whatever
 * happens to others. Undefined once it is gone.
 *
 * @param key - One of {@link useMessageKeys}, or `messageKey(message)`.
 */
export function useMessage(roomName: string, key: string): MessageEvent | undefined {
  const { client } = useClient();
  return useSnapshot(client, messageTopic(roomName, key), whole);
}

/**
 * The keys of a room's messages, in their order: for a list whose rows each use
 * {@link useMessage}. Renders again when messages come, go or move, and not when one changes.
 * Joins nothing: that is `useMessages` or `useRealtimeRoom`.
 */
export function useMessageKeys(roomName: string): readonly string[] {
  const { client } = useClient();
  return useSnapshot(client, `timeline:${roomName}`, keysOf);
}

function keysOf(messages: readonly MessageEvent[]): readonly string[] {
  return messages.map(messageKey);
}
