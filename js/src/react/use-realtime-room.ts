"use client";

import { useCallback, useMemo, useState } from "react";
import { messageKey } from "../topics.js";
import type {
  AppDefined,
  MessageEvent,
  Room,
  RoomMember,
  SendMessageOptions,
  SendReceipt,
} from "../types.js";
import { useClient } from "./use-client.js";
import { useJoined } from "./use-joined.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/** What {@link useRealtimeRoom} returns. */
export interface UseRealtimeRoomResult {
  /** The room, once joined. */
  room: Room | undefined;
  /** Whether it was joined and not left. */
  isJoined: boolean;
  /** Its latest messages in the server's order, own ones from the moment they are sent; frozen. */
  messages: readonly MessageEvent[];
  /** Its members, frozen. */
  members: readonly RoomMember[];
  /** Sends a message, as soon as there is a connection. Stable. Errors: as `RoomsService.sendMessage`. */
  send: (content: AppDefined, options?: SendMessageOptions) => Promise<SendReceipt>;
  /** Leaves the room. Stable. */
  leave: () => void;
  /** Hides the messages shown so far, in this component only. Stable. */
  clearMessages: () => void;
}

const NONE_HIDDEN: ReadonlySet<string> = new Set();

/**
 * One room of the provider's client (or the package's own): joined on mounting, as soon as there
 * is a connection, and not left on unmounting. Renders again when its messages, its members or
 * what is known of it change.
 */
export function useRealtimeRoom(roomName: string): UseRealtimeRoomResult {
  const { client } = useClient();
  useJoined([roomName], true);
  const selectRoom = useCallback(
    (rooms: readonly Room[]) => rooms.find((room) => room.name === roomName),
    [roomName],
  );
  const room = useSnapshot(client, "rooms", selectRoom);
  const timeline = useSnapshot(client, `timeline:${roomName}`, whole);
  const members = useSnapshot(client, `room:${roomName}`, whole);

  const [cleared, setCleared] = useState({ roomName, hidden: NONE_HIDDEN });
  const hidden = cleared.roomName === roomName ? cleared.hidden : NONE_HIDDEN;
  const messages = useMemo(
    () =>
      hidden.size === 0 ? timeline : timeline.filter((message) => !hidden.has(messageKey(message))),
    [timeline, hidden],
  );

  const actions = useMemo(
    () => ({
      send: (content: AppDefined, options?: SendMessageOptions) =>
        client.rooms.sendMessage(roomName, content, options),
      leave: () => client.rooms.leaveRoom(roomName),
      clearMessages: () => {
        const shown = client.getSnapshot(`timeline:${roomName}`);
        setCleared({ roomName, hidden: new Set(shown.map(messageKey)) });
      },
    }),
    [client, roomName],
  );
  return { room, isJoined: room !== undefined, messages, members, ...actions };
}
