"use client";

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

/** The same methods as functions that may be taken apart. */
export function roomActions(rooms: RoomsService): RoomActions {
  return {
    joinRoom: (roomName) => rooms.joinRoom(roomName),
    joinRooms: (roomNames) => rooms.joinRooms(roomNames),
    leaveRoom: (roomName) => rooms.leaveRoom(roomName),
    leaveRooms: (roomNames) => rooms.leaveRooms(roomNames),
    leaveAllRooms: () => rooms.leaveAllRooms(),
    isInRoom: (roomName) => rooms.isInRoom(roomName),
    getRoom: (roomName) => rooms.getRoom(roomName),
    getRoomMembers: (roomName) => rooms.getRoomMembers(roomName),
    sendMessage: (roomName, content, options) => rooms.sendMessage(roomName, content, options),
    onRoomMessage: (roomName, listener) => rooms.onRoomMessage(roomName, listener),
    onMessage: (listener) => rooms.onMessage(listener),
    onUserJoin: (listener) => rooms.onUserJoin(listener),
    onUserLeave: (listener) => rooms.onUserLeave(listener),
  };
}
