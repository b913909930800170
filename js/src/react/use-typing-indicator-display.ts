"use client";

import { useMemo } from "react";
import { typingTopic } from "../topics.js";
import type { TypingRoomType, TypingSnapshot, TypingUser } from "../types.js";
import { shownTypers, typingText } from "../typing/text.js";
import { useClient } from "./use-client.js";
import { useSnapshot } from "./use-snapshot.js";

/** What {@link useTypingIndicatorDisplay} returns. */
export interface UseTypingIndicatorDisplayResult {
  /** Who else types, in the order in which they began; frozen, at most 10. */
  typingUsers: readonly TypingUser[];
  /** The same in words; null where nobody types. */
  typingText: string | null;
  /** How many. */
  typingCount: number;
  /** Whether anybody does. */
  hasTyping: boolean;
}

/**
 * Who else types in a room, or in one of its threads. Renders again when that changes, and for
 * nothing else.
 */
export function useTypingIndicatorDisplay(
  roomName: string,
  _roomType: TypingRoomType = "channel",
  threadId?: string,
): UseTypingIndicatorDisplayResult {
  const { client } = useClient();
  const users = useSnapshot(client, typingTopic(roomName, threadId), selectUsers);
  return useMemo(
    () => ({
      typingUsers: shownTypers(users),
      typingText: typingText(users),
      typingCount: users.length,
      hasTyping: users.length > 0,
    }),
    [users],
  );
}

function selectUsers({ users }: Readonly<TypingSnapshot>) {
  return users;
}
