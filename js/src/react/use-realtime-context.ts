"use client";

import { useMemo } from "react";
import type { ChosenStatus, CustomStatus, OwnPresence, Room } from "../types.js";
import { type ClientActions, clientActions } from "./client-actions.js";
import { useRequiredSession } from "./context.js";
import { type RoomActions, roomActions } from "./room-actions.js";
import { type ServiceActions, serviceActions } from "./service-actions.js";
import type { Session } from "./session.js";
import { type ConnectionStatusFields, useConnectionStatus } from "./use-connection-status.js";
import { useSnapshot, whole } from "./use-snapshot.js";
import { useTrackedReads } from "./use-tracked-reads.js";

/** What {@link useRealtimeContext} returns. */
export type RealtimeContextValue = ConnectionStatusFields &
  Pick<Session, "connect" | "disconnect" | "reconnect"> &
  Pick<ClientActions, "on" | "emit" | "emitAsync"> &
  Pick<RoomActions, "joinRoom" | "leaveRoom" | "sendMessage" | "isInRoom" | "getRoomMembers"> &
  ServiceActions & {
    /** The rooms joined, frozen. */
    rooms: readonly Room[];
    /** This user's status: as chosen, or `away` while nobody looks at the page. */
    presenceStatus: ChosenStatus;
    /** This user's status in their own words. */
    customStatus: CustomStatus | null;
  };

/**
 * All that the nearest `RealtimeProvider` offers: connection, rooms, presence, typing, raw events.
 * Renders again when the connection's status, the rooms, their members or one's own presence
 * change, so that `isInRoom` and `getRoomMembers` may be called while rendering; and for who is
 * there and who types where that was asked for while rendering. Every function is stable;
 * `connect`, `disconnect` and `reconnect` change with the user. Throws outside a provider.
 */
export function useRealtimeContext(): RealtimeContextValue {
  const { client, connect, disconnect, reconnect, enablePresence, enableTyping } =
    useRequiredSession("useRealtimeContext");
  const status = useConnectionStatus(client);
  const rooms = useSnapshot(client, "rooms", whole);
  const members = useSnapshot(client, "members", whole);
  const own = useSnapshot(client, "presence", selectOwn);
  const [read, version] = useTrackedReads(client);
  const actions = useMemo(() => {
    const { on, emit, emitAsync } = clientActions({ client, enablePresence, enableTyping });
    const { joinRoom, leaveRoom, sendMessage } = roomActions(client);
    const inRooms = {
      joinRoom,
      leaveRoom,
      sendMessage,
      isInRoom: (roomName: string) => read("rooms").some((room) => room.name === roomName),
      getRoomMembers: (roomName: string) => read(`room:${roomName}`),
    };
    const services = serviceActions({ client, enablePresence, enableTyping }, read);
    return { on, emit, emitAsync, ...inRooms, ...services };
  }, [client, enablePresence, enableTyping, read]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of what is read through it is a new value, for components that get it as a prop
  return useMemo(
    () => ({ ...status, ...own, rooms, connect, disconnect, reconnect, ...actions }),
    [status, own, rooms, members, version, connect, disconnect, reconnect, actions],
  );
}

function selectOwn({ status, customStatus }: Readonly<OwnPresence>) {
  return { presenceStatus: status, customStatus };
}
