"use client";

import { useMemo } from "react";
import type { Room } from "../types.js";
import { type RoomActions, roomActions } from "./room-actions.js";
import { useClient } from "./use-client.js";
import { useJoined } from "./use-joined.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/** Options of {@link useRealtimeRooms}. */
export interface UseRealtimeRoomsOptions {
  /** Rooms to join. May be written inline. Default none. */
  initialRooms?: readonly string[];
  /** Whether `initialRooms` are joined by themselves, now or as soon as there is a connection. Default true. */
  autoJoin?: boolean;
  /** Accepted for compatibility: a joined room is joined again after every loss, until it is left. */
  autoRejoinOnReconnect?: boolean;
}

/** What {@link useRealtimeRooms} returns. */
export interface UseRealtimeRoomsResult extends RoomActions {
  /** The rooms joined, frozen. */
  rooms: readonly Room[];
  /** Their names. */
  roomNames: readonly string[];
  /** How many they are. */
  roomCount: number;
}

const NO_ROOMS: readonly string[] = [];

/**
 * The rooms of the provider's client (or the package's own). Renders again when the rooms
 * joined, or what is known of them, change; members have `useRealtimeRoom`. Unmounting leaves no
 * room. Every function returned is stable.
 */
export function useRealtimeRooms({
  initialRooms = NO_ROOMS,
  autoJoin = true,
}: UseRealtimeRoomsOptions = {}): UseRealtimeRoomsResult {
  const { client } = useClient();
  useJoined(initialRooms, autoJoin);
  const rooms = useSnapshot(client, "rooms", whole);
  const actions = useMemo(() => roomActions(client), [client]);
  const roomNames = useMemo(() => rooms.map((room) => room.name), [rooms]);
  return { rooms, roomNames, roomCount: rooms.length, ...actions };
}
