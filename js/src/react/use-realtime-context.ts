"use client";

import { useMemo } from "react";
import type { Room } from "../types.js";
import { type ClientActions, clientActions } from "./client-actions.js";
import { useRequiredSession } from "./context.js";
import { type RoomActions, roomActions } from "./room-actions.js";
import type { Session } from "./session.js";
import { type ConnectionStatusFields, useConnectionStatus } from "./use-connection-status.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/** What {@link useRealtimeContext} returns. */
export type RealtimeContextValue = ConnectionStatusFields &
  Pick<Session, "connect" | "disconnect" | "reconnect"> &
  Pick<ClientActions, "on" | "emit" | "emitAsync"> &
  Pick<RoomActions, "joinRoom" | "leaveRoom" | "sendMessage" | "isInRoom" | "getRoomMembers"> & {
    /** The rooms joined, frozen. */
    rooms: readonly Room[];
  };

/**
 * All that the nearest `RealtimeProvider` offers: connection, rooms, raw events. Renders again
 * when the connection's status, the rooms or their members change, so that `isInRoom` and
 * `getRoomMembers` may be called while rendering. Every function is stable; `connect`,
 * `disconnect` and `reconnect` change with the user. Throws outside a provider.
 */
export function useRealtimeContext(): RealtimeContextValue {
  const { client, connect, disconnect, reconnect, enablePresence, enableTyping } =
    useRequiredSession("useRealtimeContext");
  const status = useConnectionStatus(client);
  const rooms = useSnapshot(client, "rooms", whole);
  const members = useSnapshot(client, "members", whole);
  const actions = useMemo(() => {
    const { on, emit, emitAsync } = clientActions({ client, enablePresence, enableTyping });
    const { joinRoom, leaveRoom, sendMessage, isInRoom, getRoomMembers } = roomActions(
      client.rooms,
    );
    const roomMembers = { joinRoom, leaveRoom, sendMessage, isInRoom, getRoomMembers };
    return { on, emit, emitAsync, ...roomMembers };
  }, [client, enablePresence, enableTyping]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of members is a new value, for components that read them through it
  return useMemo(
    () => ({ ...status, rooms, connect, disconnect, reconnect, ...actions }),
    [status, rooms, members, connect, disconnect, reconnect, actions],
  );
}
