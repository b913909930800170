"use client";

import { useCallback, useMemo, useState } from "react";
import type { RealtimeClient } from "../realtime-client.js";
import type { MessageEvent, OlderMessages, TimelineGap } from "../types.js";
import { type MessageActions, messageActions } from "./message-actions.js";
import { useClient } from "./use-client.js";
import { useJoined } from "./use-joined.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/** What {@link useMessages} returns. */
export interface UseMessagesResult extends MessageActions {
  /** The messages that are here, in the server's order, own ones from the moment they are sent; frozen. Each is the same object until it changes. */
  messages: readonly MessageEvent[];
  /** What is known to be missing between them, frozen; it is fetched by itself. */
  gaps: readonly TimelineGap[];
  /** Whether the server has messages before these. */
  hasOlder: boolean;
  /** Whether `loadOlder` is under way. */
  isLoading: boolean;
  /** Fetches the page of messages before these. Stable. Rejects as `RoomsService.loadOlder`. */
  loadOlder: () => Promise<OlderMessages>;
  /** The functions on messages in one object, which stays the same: a prop for memoized rows. */
  actions: MessageActions;
}

/**
 * The messages of one room, joined on mounting and not left on unmounting, and what is done with
 * them. Renders again when any of them changes; rows that take a message as a prop and are
 * memoized render for their own message only. See `useMessageKeys` for a list that does not
 * render for changes at all.
 */
export function useMessages(roomName: string): UseMessagesResult {
  const { client } = useClient();
  useJoined([roomName], true);
  const messages = useSnapshot(client, `timeline:${roomName}`, whole);
  const gaps = useSnapshot(client, `gaps:${roomName}`, whole);
  const actions = useMemo(() => messageActions(client, roomName), [client, roomName]);
  const { loadOlder, isLoading, hasEndedAt } = useLoadOlder(client, roomName);
  const oldest = oldestSeq(messages);
  const hasOlder = oldest !== undefined && oldest > 1 && oldest !== hasEndedAt;
  return { messages, gaps, hasOlder, isLoading, loadOlder, actions, ...actions };
}

/** How paging back stands in one room. */
interface Paging {
  underWay: number;
  /** The place before which there is nothing. */
  hasEndedAt: number | undefined;
}

const NOT_PAGED: Paging = { underWay: 0, hasEndedAt: undefined };

function useLoadOlder(client: RealtimeClient, roomName: string) {
  const [rooms, setRooms] = useState<ReadonlyMap<string, Paging>>(new Map());
  const loadOlder = useCallback(async () => {
    const change = (by: number, hasEndedAt?: number) =>
      setRooms((before) => {
        const paging = before.get(roomName) ?? NOT_PAGED;
        return new Map(before).set(roomName, {
          underWay: paging.underWay + by,
          hasEndedAt: hasEndedAt ?? paging.hasEndedAt,
        });
      });
    change(1);
    let end: number | undefined;
    try {
      const page = await client.rooms.loadOlder(roomName);
      if (!page.hasMore) end = oldestSeq(client.getSnapshot(`timeline:${roomName}`));
      return page;
    } finally {
      change(-1, end);
    }
  }, [client, roomName]);
  const { underWay, hasEndedAt } = rooms.get(roomName) ?? NOT_PAGED;
  return { loadOlder, isLoading: underWay > 0, hasEndedAt };
}

function oldestSeq(messages: readonly MessageEvent[]): number | undefined {
  return messages.find((message) => message.seq !== undefined)?.seq;
}
