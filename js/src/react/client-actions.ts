"use client";

import { isInitialized } from "../init.js";
import type { AppDefined, PresenceStatusName, Room, Unsubscribe } from "../types.js";
import type { Session } from "./session.js";

/** What hooks do with a client. All functions are stable. */
export interface ClientActions {
  /** Calls back for an event of the server, over every reconnect. Call it in an effect and return what it returns. */
  on: <T = AppDefined>(event: string, listener: (data: T) => void) => Unsubscribe;
  /** Sends an event; dropped without a connection. */
  emit: <T = AppDefined>(event: string, data?: T) => void;
  /** Sends an event and resolves with the answer. Rejects `NOT_CONNECTED`, `TIMEOUT`, or the server's error. */
  emitAsync: <R = AppDefined>(event: string, data?: AppDefined, timeout?: number) => Promise<R>;
  /** Joins a room, as soon as there is a connection. */
  joinChannel: (channelId: string) => Promise<Room>;
  /** Leaves a room. */
  leaveChannel: (channelId: string) => void;
  /** Tells a room's members that this user types, or no longer does. Nothing with `enableTyping: false`. */
  sendTyping: (channelId: string, isTyping: boolean) => void;
  /** Tells the server this user's status. Nothing with `enablePresence: false`. */
  updatePresence: (status: PresenceStatusName) => void;
}

/** The actions over a session's client; what is ephemeral is dropped before the module is loaded. */
export function clientActions({
  client,
  enablePresence,
  enableTyping,
}: Pick<Session, "client" | "enablePresence" | "enableTyping">): ClientActions {
  return {
    on: (event, listener) => client.on(event, listener),
    emit: (event, data) => {
      if (isInitialized()) client.emit(event, data);
    },
    emitAsync: (event, data, timeout) => client.emitAsync(event, data, timeout),
    joinChannel: (channelId) => client.joinChannel(channelId),
    leaveChannel: (channelId) => client.leaveChannel(channelId),
    sendTyping: (channelId, isTyping) => {
      if (enableTyping && isInitialized()) client.sendTyping(channelId, isTyping);
    },
    updatePresence: (status) => {
      if (enablePresence) client.updatePresence(status);
    },
  };
}
