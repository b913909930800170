"use client";

import type { RealtimeClient } from "../realtime-client.js";
import type { RoomsService } from "../rooms-service.js";

/** The methods of a rooms service that hooks hand out. All are stable. */
export type RoomActions = Pick<
  RoomsService,
  | "joinRoom"
  | "joinRooms"
  | "leaveRoom"
  | "leaveRooms"
  | "leaveAllRooms"
  | "isInRoom"
  | "getRoom"
  | "getRoomMembers"
  | "sendMessage"
  | "onRoomMessage"
  | "onMessage"
  | "onUserJoin"
  | "onUserLeave"
>;

/** The same methods of a client as functions that may be taken apart; it has another service once it was destroyed. */
export function roomActions(client: RealtimeClient): RoomActions {
  return {
    joinRoom: (roomName) => client.rooms.joinRoom(roomName),
    joinRooms: (roomNames) => client.rooms.joinRooms(roomNames),
    leaveRoom: (roomName) => client.rooms.leaveRoom(roomName),
    leaveRooms: (roomNames) => client.rooms.leaveRooms(roomNames),
    leaveAllRooms: () => client.rooms.leaveAllRooms(),
    isInRoom: (roomName) => client.rooms.isInRoom(roomName),
    getRoom: (roomName) => client.rooms.getRoom(roomName),
    getRoomMembers: (roomName) => client.rooms.getRoomMembers(roomName),
    sendMessage: (roomName, content, options) =>
      client.rooms.sendMessage(roomName, content, options),
    onRoomMessage: (roomName, listener) => client.rooms.onRoomMessage(roomName, listener),
    onMessage: (listener) => client.rooms.onMessage(listener),
    onUserJoin: (listener) => client.rooms.onUserJoin(listener),
    onUserLeave: (listener) => client.rooms.onUserLeave(listener),
  };
}
