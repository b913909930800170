import { checkedText } from "./checks.js";
import { definedOnly } from "./config.js";
import { Emitter, guarded } from "./emitter.js";
import { realtimeError } from "./errors.js";
import { KeyedEmitter } from "./keyed-emitter.js";
import type { RealtimeClient } from "./realtime-client.js";
import { ROOM_NAME, RoomMessages } from "./room-messages.js";
import type { MessageEvent, Room, RoomMember, Unsubscribe } from "./types.js";

/** Options of a {@link RoomsService}. A key that is absent or `undefined` keeps what is set. */
export interface RoomsServiceConfig {
  /** Rooms that may be joined at once, if fewer than 100. */
  maxTrackedRooms?: number;
  /** Accepted for compatibility: a joined room is joined again after every loss, until it is left. */
  autoRejoinOnReconnect?: boolean;
  /** Accepted for compatibility: the client's own `debug` prints. */
  debug?: boolean;
}

/**
 * The rooms of one client: which are wanted, who is in them, and what is said there.
 *
 * A join without a connection waits for one, and a room once joined is joined again after every
 * loss until it is left. Messages come once each, in the server's order, our own included.
 * Listeners are independent of membership: leaving a room takes none off.
 */
export class RoomsService extends RoomMessages {
  readonly #message = new Emitter<[message: MessageEvent]>();
  readonly #roomMessage = new KeyedEmitter<[message: MessageEvent]>();
  readonly #userJoin = new Emitter<[roomName: string, member: RoomMember]>();
  readonly #userLeave = new Emitter<[roomName: string, userId: string]>();
  readonly #roomState = new Emitter<[roomNames: string[]]>();
  readonly #joining = new Set<string>();
  #detach: Unsubscribe[] = [];
  #config: RoomsServiceConfig = {};

  /** Most apps take the one of {@link getRoomsService}, or `client.rooms`. */
  constructor(client: RealtimeClient, config: RoomsServiceConfig = {}) {
    super(client);
    this.configure(config);
    this.initialize();
  }

  /** Lays options over those given before. */
  configure(config: RoomsServiceConfig): void {
    this.#config = { ...this.#config, ...definedOnly(config) };
  }

  /** Starts to call listeners. A new service does so by itself; needed after `destroy` only. */
  initialize(): void {
    if (this.initialized) return;
    const { message, userJoined, userLeft, rooms } = this.host.listeners;
    this.#detach = [
      message.add((roomName, event) => {
        this.#roomMessage.emit(roomName, event);
        this.#message.emit(event);
      }),
      userJoined.add((roomName, member) => this.#userJoin.emit(roomName, member)),
      userLeft.add((roomName, userId) => this.#userLeave.emit(roomName, userId)),
      rooms.add(() => this.#roomState.emit(this.getJoinedRoomNames())),
    ];
  }

  /** Whether listeners are called. */
  get initialized(): boolean {
    return this.#detach.length > 0;
  }

  /** Takes every listener off, and shows no rooms any more. Membership is the client's, and stays. */
  destroy(): void {
    for (const detach of this.#detach) detach();
    this.#detach = [];
    this.#roomMessage.clear();
    for (const listeners of [this.#message, this.#userJoin, this.#userLeave, this.#roomState]) {
      listeners.clear();
    }
  }

  /**
   * Joins a room, and resolves once the server has confirmed it: at once if it has, as soon as
   * there is a connection if there is none. Calls while it is under way share it.
   *
   * @throws The server's refusal (`ROOM_NOT_FOUND`, `FORBIDDEN`, ...); `QUEUE_FULL` beyond
   * `maxTrackedRooms`; `CANCELLED` if the room is left meanwhile.
   */
  async joinRoom(roomName: string): Promise<Room> {
    const limit = this.#config.maxTrackedRooms ?? Number.POSITIVE_INFINITY;
    const others = new Set([...this.getJoinedRoomNames(), ...this.#joining]);
    others.delete(roomName);
    if (others.size >= limit) {
      throw realtimeError(
        "QUEUE_FULL",
        `Maximum room limit (${limit}) reached: leave a room first`,
      );
    }
    this.#joining.add(roomName);
    try {
      return await this.host.request((_, { rooms }) =>
        rooms.joinRoom(checkedText(roomName, ROOM_NAME)),
      );
    } finally {
      this.#joining.delete(roomName);
    }
  }

  /** Joins rooms in parallel. Resolves with those joined; the failures are told to `client.onError`. */
  async joinRooms(roomNames: readonly string[]): Promise<Map<string, Room>> {
    const joined = new Map<string, Room>();
    const join = async (roomName: string) => {
      try {
        joined.set(roomName, await this.joinRoom(roomName));
      } catch (error) {
        this.host.tellUnasked(error);
      }
    };
    await Promise.all(roomNames.map(join));
    return joined;
  }

  /** Gives up membership of a room, and any join under way; without a connection, as soon as there is one. Silent for a room not joined. */
  leaveRoom(roomName: string): void {
    const name = checkedText(roomName, ROOM_NAME);
    this.host.callIfAny((_, { rooms }) => rooms.leaveRoom(name));
  }

  /** Leaves several rooms. */
  leaveRooms(roomNames: readonly string[]): void {
    for (const roomName of roomNames) this.leaveRoom(roomName);
  }

  /** Leaves every room joined. */
  leaveAllRooms(): void {
    this.leaveRooms(this.getJoinedRoomNames());
  }

  /** Whether a room was joined and not left. */
  isInRoom(roomName: string): boolean {
    return this.getRoom(roomName) !== undefined;
  }

  /** The rooms joined, frozen. */
  getJoinedRooms(): readonly Room[] {
    return this.initialized ? this.client.getSnapshot("rooms") : [];
  }

  /** The names of the rooms joined. */
  getJoinedRoomNames(): string[] {
    return this.getJoinedRooms().map((room) => room.name);
  }

  /** A room joined, frozen. */
  getRoom(roomName: string): Room | undefined {
    return this.getJoinedRooms().find((room) => room.name === roomName);
  }

  /** The members of a room that the server has named, frozen. */
  getRoomMembers(roomName: string): readonly RoomMember[] {
    return this.client.getSnapshot(`room:${roomName}`);
  }

  /** How many rooms are joined. */
  get roomCount(): number {
    return this.getJoinedRooms().length;
  }

  /** Calls back when somebody joins a room. */
  onUserJoin(listener: (roomName: string, member: RoomMember) => void): Unsubscribe {
    return this.#userJoin.add(listener);
  }

  /** Calls back when somebody leaves a room. */
  onUserLeave(listener: (roomName: string, userId: string) => void): Unsubscribe {
    return this.#userLeave.add(listener);
  }

  /** Calls back for every message of one room. */
  onRoomMessage(roomName: string, listener: (message: MessageEvent) => void): Unsubscribe {
    return this.#roomMessage.add(roomName, listener);
  }

  /** Calls back for every message of every room. */
  onMessage(listener: (message: MessageEvent) => void): Unsubscribe {
    return this.#message.add(listener);
  }

  /** Calls back at once with the names of the rooms joined, then when they or their state change. */
  onRoomStateChange(listener: (roomNames: string[]) => void): Unsubscribe {
    const unsubscribe = this.#roomState.add(listener);
    guarded(listener, [this.getJoinedRoomNames()]);
    return unsubscribe;
  }
}
