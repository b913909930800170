"use client";

import { useMemo } from "react";
import { isInitialized } from "../init.js";
import type { UnreadCount } from "../types.js";
import { useClient } from "./use-client.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/** What {@link useUnread} returns. */
export interface UseUnreadResult extends Readonly<UnreadCount> {
  /** Says that everything here was read, on all of this user's devices. Stable. */
  markRead: () => void;
}

/** What waits to be read in a room. Renders again when that changes. */
export function useUnread(roomName: string): UseUnreadResult {
  const { client } = useClient();
  const unread = useSnapshot(client, `unread:${roomName}`, whole);
  const markRead = useMemo(
    () => () => {
      if (isInitialized()) client.delivery.acknowledgeReadUpTo(roomName);
    },
    [client, roomName],
  );
  return { ...unread, markRead };
}
