import { checkedText } from "./checks.js";
import { Emitter, guarded } from "./emitter.js";
import type { RealtimeClient } from "./realtime-client.js";
import { typingTopic } from "./topics.js";
import type {
  TypingContext,
  TypingPlace,
  TypingRoomType,
  TypingUser,
  Unsubscribe,
} from "./types.js";
import { TypingPrivacy, type TypingServiceConfig } from "./typing/privacy.js";
import { shownTypers, typingText } from "./typing/text.js";

/** Calls back with who types in a room, or in one of its threads. */
export type TypingChangeListener = (
  roomName: string,
  users: readonly TypingUser[],
  threadId?: string,
) => void;

const ROOM = "a room's name";

/**
 * Who types: this user is shown to others with the first key, for as long as keys come, and no
 * longer than 5 s after the last; others until the server says so, their message comes, or their
 * lease ends. Each room, thread and direct conversation is one of its own.
 *
 * What is typed before the WebAssembly module is there is not told.
 */
export class TypingService extends TypingPrivacy {
  readonly #changed = new Emitter<Parameters<TypingChangeListener>>();
  #detach: Unsubscribe | undefined;

  /** Most apps take the one of {@link getTypingService}, or `client.typing`. */
  constructor(client: RealtimeClient, config: TypingServiceConfig = {}) {
    super(client);
    this.configure(config);
    this.initialize();
  }

  /** Starts to call listeners. A new service does so by itself; needed after `destroy` only. */
  initialize(): void {
    this.#detach ??= this.host.listeners.typing.add((roomName, threadId) => {
      this.#changed.emit(roomName, this.getTypingUsers(roomName, threadId), threadId);
    });
  }

  /** Whether listeners are called. */
  get initialized(): boolean {
    return this.#detach !== undefined;
  }

  /** Takes every listener off, and ends this user's typing. */
  destroy(): void {
    this.#detach?.();
    this.#detach = undefined;
    this.#changed.clear();
    this.stopTyping();
  }

  /** Says that this user types in a room, or in one of its threads. */
  startTyping(roomName: string, threadId?: string): void {
    this.#start(roomName, threadId ? "thread" : "channel", threadId);
  }

  startTypingInThread(channelId: string, threadId: string): void {
    this.#start(channelId, "thread", threadId);
  }

  startTypingInDM(dmId: string, recipientId?: string): void {
    this.#start(dmId, "dm", undefined, recipientId);
  }

  /** Says that this user types no more: in a room, in one of its threads, or without one anywhere. */
  stopTyping(roomName?: string, threadId?: string): void {
    const room = roomName === undefined ? undefined : checkedText(roomName, ROOM);
    this.host.callIfAny((_, { typing }) => typing.stopTyping(room, threadId || undefined));
  }

  stopTypingInDM(dmId?: string): void {
    this.stopTyping(dmId);
  }

  /** What an input field holds: text is typing, and none, or blanks, is not. */
  handleInputChange(roomName: string, value: string, threadId?: string): void {
    if (value.trim() === "") this.stopTyping(roomName, threadId);
    else this.startTyping(roomName, threadId);
  }

  /** As {@link TypingService.handleInputChange}, of a direct conversation. */
  handleDMInputChange(dmId: string, value: string, recipientId?: string): void {
    if (value.trim() === "") this.stopTypingInDM(dmId);
    else this.startTypingInDM(dmId, recipientId);
  }

  /** Who else types in a room, or in one of its threads, in the order in which they began; frozen, at most 10. */
  getTypingUsers(roomName: string, threadId?: string): readonly TypingUser[] {
    return shownTypers(this.#users(roomName, threadId));
  }

  getTypingUsersInDM(dmId: string): readonly TypingUser[] {
    return this.getTypingUsers(dmId);
  }

  /** As {@link TypingService.getTypingUsers}; nobody where the room is of another kind. */
  getTypingUsersInRoom(
    roomName: string,
    _roomType?: TypingRoomType,
    threadId?: string,
  ): readonly TypingUser[] {
    return this.getTypingUsers(roomName, threadId);
  }

  /** The same in words; null where nobody types. */
  getTypingText(roomName: string, threadId?: string): string | null {
    return typingText(this.#users(roomName, threadId));
  }

  getTypingTextInDM(dmId: string): string | null {
    return this.getTypingText(dmId);
  }

  hasTypingUsers(roomName: string, threadId?: string): boolean {
    return this.#users(roomName, threadId).length > 0;
  }

  hasTypingUsersInDM(dmId: string): boolean {
    return this.hasTypingUsers(dmId);
  }

  /** Calls back when who types changes, anywhere. */
  onTypingChange(listener: TypingChangeListener): Unsubscribe {
    return this.#changed.add(listener);
  }

  /** Calls back at once with who types in a room, or in one of its threads, then on every change. */
  onRoomTypingChange(
    roomName: string,
    _roomType: TypingRoomType,
    listener: TypingChangeListener,
    threadId?: string,
  ): Unsubscribe {
    const room = checkedText(roomName, ROOM);
    const thread = threadId || undefined;
    const unsubscribe = this.#changed.add((changed, users, changedThread) => {
      if (changed === room && changedThread === thread) listener(changed, users, changedThread);
    });
    guarded(listener, [room, this.getTypingUsers(room, thread), thread]);
    return unsubscribe;
  }

  /** Where others type, as keys: `channel:<room>`, `channel:<room>:thread:<thread>`, `dm:<room>`. */
  getActiveTypingRooms(): string[] {
    return this.#places().map(({ roomName, roomType, threadId }) =>
      threadId === undefined ? `${roomType}:${roomName}` : `channel:${roomName}:thread:${threadId}`,
    );
  }

  /** Shows nobody in a room, or in one of its threads, until something new is heard. */
  clearRoomTypingState(roomName: string, _roomType?: TypingRoomType, threadId?: string): void {
    const room = checkedText(roomName, ROOM);
    this.host.callIfAny((_, { typing }) => typing.clear(room, threadId || undefined));
  }

  /** Shows nobody anywhere until something new is heard, and ends this user's typing. */
  clearAllTypingState(): void {
    this.stopTyping();
    this.host.callIfAny((_, { typing }) => typing.clear());
  }

  /** Whether this user types. */
  get isTyping(): boolean {
    return this.currentContext !== null;
  }

  /** Where this user types; null where nowhere. */
  get currentContext(): Readonly<TypingContext> | null {
    return this.host.read(({ typing }) => typing.context()) ?? null;
  }

  /** A name for the direct conversation of two users, the same for both. */
  static getDMRoomKey(userId: string, otherUserId: string): string {
    return [userId, otherUserId].sort().join(":");
  }

  #start(
    roomName: string,
    roomType: TypingRoomType,
    threadId?: string,
    recipientId?: string,
  ): void {
    const room = checkedText(roomName, ROOM);
    const [thread, recipient] = [threadId || undefined, recipientId || undefined];
    this.host.callIfAny((_, { typing }) => typing.startTyping(room, roomType, thread, recipient));
  }

  #users(roomName: string, threadId?: string): readonly TypingUser[] {
    const topic = typingTopic(checkedText(roomName, ROOM), threadId);
    const { users } = this.client.getSnapshot(topic);
    // The engine knows who this user is as soon as the server has said so.
    return users.some(({ userId }) => userId === this.currentUserId)
      ? users.filter(({ userId }) => userId !== this.currentUserId)
      : users;
  }

  #places(): TypingPlace[] {
    return this.host.read(({ typing }) => typing.places()) ?? [];
  }
}
