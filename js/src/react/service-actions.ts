"use client";

import { typingTopic } from "../topics.js";
import type { CustomStatus, PresenceStatusName, TypingUser, UserPresence } from "../types.js";
import { shownTypers, typingText } from "../typing/text.js";
import type { Session } from "./session.js";
import { ifEnabled } from "./use-switches.js";
import type { ReadTopic } from "./use-tracked-reads.js";

/** Presence and typing, as the context has them. All functions are stable. */
export interface ServiceActions {
  /** What this user is, until they choose something else. Nothing with `enablePresence: false`. */
  setPresenceStatus: (status: PresenceStatusName) => void;
  /** The status in this user's own words; null takes it away. Nothing with `enablePresence: false`. */
  setCustomStatus: (status: CustomStatus | null) => void;
  /** Wants to know of users, for as long as it is not taken back. Nothing with `enablePresence: false`. */
  subscribeToPresence: (userIds: readonly string[]) => void;
  /** Takes that back. Nothing with `enablePresence: false`. */
  unsubscribeFromPresence: (userIds: readonly string[]) => void;
  /** A user as this one may see them, where they are subscribed to. */
  getPresence: (userId: string) => Readonly<UserPresence> | undefined;
  /** Says that this user types. Nothing with `enableTyping: false`. */
  startTyping: (roomName: string, threadId?: string) => void;
  /** Says that this user types no more: in a room, or without one anywhere. Nothing with `enableTyping: false`. */
  stopTyping: (roomName?: string, threadId?: string) => void;
  /** What an input field holds: text is typing, and none, or blanks, is not. Nothing with `enableTyping: false`. */
  handleTypingInput: (roomName: string, value: string, threadId?: string) => void;
  /** Who else types in a room, or in one of its threads. */
  getTypingUsers: (roomName: string, threadId?: string) => readonly TypingUser[];
  /** The same in words; null where nobody does. */
  getTypingText: (roomName: string, threadId?: string) => string | null;
}

/** The actions over a session's client; what is read by them is read by `read` too. */
export function serviceActions(
  session: Pick<Session, "client" | "enablePresence" | "enableTyping">,
  read: ReadTopic,
): ServiceActions {
  const { client } = session;
  const whenPresent = ifEnabled(session.enablePresence);
  const whenTyping = ifEnabled(session.enableTyping);
  return {
    setPresenceStatus: whenPresent((status) => client.presence.setStatus(status)),
    setCustomStatus: whenPresent((status) => client.presence.setCustomStatus(status)),
    subscribeToPresence: whenPresent((userIds) => client.presence.subscribeToUsers(userIds)),
    unsubscribeFromPresence: whenPresent((userIds) =>
      client.presence.unsubscribeFromUsers(userIds),
    ),
    getPresence: (userId) => read(`user:${userId}`),
    startTyping: whenTyping((roomName, threadId) => client.typing.startTyping(roomName, threadId)),
    stopTyping: whenTyping((roomName, threadId) => client.typing.stopTyping(roomName, threadId)),
    handleTypingInput: whenTyping((...input) => client.typing.handleInputChange(...input)),
    getTypingUsers: (roomName, threadId) =>
      shownTypers(read(typingTopic(roomName, threadId)).users),
    getTypingText: (roomName, threadId) => typingText(read(typingTopic(roomName, threadId)).users),
  };
}
