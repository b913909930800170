/**
 * Stands in for the WebAssembly module in unit tests: it records what is asked of it, answers
 * what the test tells it to, and talks through the sink when the test says so.
 */

import { type Sink, SinkKind } from "../../src/sink.js";
import type {
  ConnectionSnapshot,
  DeliveryEventHandler,
  EarlySocket,
  MessageEvent,
  OfflineQueueService,
  PresenceService,
  Room,
  RoomMember,
  SyncService,
  TypingService,
} from "../../wasm/nchat_realtime.js";

/** What tests look at and turn. */
export const fake = {
  engines: [] as RealtimeClient[],
  loads: [] as unknown[],
  loadError: undefined as Error | undefined,
  /** The address that an engine opens to connect. */
  address: "",
  /** Runs when an engine is given a socket to connect with. */
  onSocket: undefined as (() => void) | undefined,
  /** The engine made last. */
  get engine(): RealtimeClient {
    const engine = this.engines.at(-1);
    if (!engine) throw new Error("no engine was made");
    return engine;
  },
};

export default async function load(options: { module_or_path: unknown }): Promise<void> {
  fake.loads.push(await options.module_or_path);
  if (fake.loadError) throw fake.loadError;
}

/** What an engine fails with once `trapped`. */
function trap(): never {
  throw new WebAssembly.RuntimeError("unreachable");
}

export class RealtimeClient {
  calls: [method: string, ...args: unknown[]][] = [];
  trapped = false;
  refusal: Error | undefined;
  connection: Partial<ConnectionSnapshot> = {};
  roomList: Room[] = [];
  memberList: RoomMember[] = [];
  messages: MessageEvent[] = [];
  answer: unknown;
  /** What it was given to connect with. */
  socket: WebSocket | undefined;
  /** What services answer, by `service.method`: values, or functions of the arguments. */
  answers: Record<string, unknown> = {};

  constructor(
    readonly sink: Sink,
    readonly early?: EarlySocket,
  ) {
    fake.engines.push(this);
  }

  #record(method: string, ...args: unknown[]): void {
    if (this.trapped) trap();
    this.calls.push([method, ...args]);
    if (this.refusal) throw this.refusal;
  }

  called(method: string): unknown[][] {
    return this.calls.filter(([name]) => name === method).map(([, ...args]) => args);
  }

  setState(state: ConnectionSnapshot["state"]): void {
    const isConnected = state === "connected" || state === "authenticated";
    this.connection = { ...this.connection, state, isConnected };
    this.sink(SinkKind.State, state);
    this.sink(SinkKind.Connection);
  }

  receive(name: string, ...args: unknown[]): void {
    this.sink(SinkKind.Event, [name, ...args]);
  }

  initialize(config: unknown): void {
    this.#record("initialize", config);
  }
  async connect(token: unknown): Promise<void> {
    this.#record("connect", token);
    this.socket = this.early?.take(fake.address);
    if (this.socket) fake.onSocket?.();
    this.setState("connected");
  }
  disconnect(): void {
    this.#record("disconnect");
    this.setState("disconnected");
  }
  async reconnect(): Promise<void> {
    this.#record("reconnect");
  }
  updateToken(token: unknown): void {
    this.#record("updateToken", token);
  }
  emit(event: string, args: unknown[], ack?: (...args: unknown[]) => void): void {
    this.#record("emit", event, args);
    ack?.(this.answer);
  }
  async emitAsync(event: string, data: unknown, timeout: number): Promise<unknown> {
    this.#record("emitAsync", event, data, timeout);
    return this.answer;
  }
  snapshot(): ConnectionSnapshot {
    this.#record("snapshot");
    return {
      state: "disconnected",
      isConnected: false,
      isAuthenticated: false,
      isOnline: true,
      wasOffline: false,
      reconnectAttempts: 0,
      connectionQuality: "unknown",
      averageLatency: null,
      capabilities: [],
      degraded: [],
      ...this.connection,
    } as ConnectionSnapshot;
  }
  clearWasOffline(): void {
    this.#record("clearWasOffline");
  }
  rooms(): RoomsService {
    return new RoomsService(this, (method, ...args) => this.#record(method, ...args));
  }
  queue(): OfflineQueueService {
    return this.#service("queue");
  }
  delivery(): DeliveryEventHandler {
    return this.#service("delivery");
  }
  sync(): SyncService {
    return this.#service("sync");
  }
  presence(): PresenceService {
    return this.#service("presence");
  }
  typing(): TypingService {
    return this.#service("typing");
  }
  async logout(): Promise<void> {
    this.#record("logout");
  }
  #service<T extends object>(name: string): T {
    const method =
      (method: string) =>
      (...args: unknown[]) => {
        const call = `${name}.${method}`;
        this.#record(call, ...args);
        const answer = this.answers[call];
        return typeof answer === "function" ? answer(...args) : answer;
      };
    return new Proxy({} as T, { get: (_, property) => method(String(property)) });
  }
  recover(): void {
    this.trapped = false;
    this.#record("recover");
  }
  destroy(): void {
    this.#record("destroy");
  }
}

export class RoomsService {
  constructor(
    readonly engine: RealtimeClient,
    readonly record: (method: string, ...args: unknown[]) => void,
  ) {}

  async joinRoom(name: string): Promise<Room> {
    this.record("joinRoom", name);
    const room = { name, type: "channel", visibility: "public", isJoined: true } as Room;
    this.engine.roomList = [...this.engine.roomList, room];
    this.engine.sink(SinkKind.Rooms);
    return room;
  }
  leaveRoom(name: string): void {
    this.record("leaveRoom", name);
    this.engine.roomList = this.engine.roomList.filter((room) => room.name !== name);
    this.engine.sink(SinkKind.Rooms);
  }
  async sendMessage(name: string, content: unknown, options: unknown): Promise<unknown> {
    this.record("sendMessage", name, content, options);
    return this.engine.answer;
  }
  snapshot(): Room[] {
    this.record("rooms.snapshot");
    return this.engine.roomList.map((room) => ({ ...room }));
  }
  members(name: string): RoomMember[] {
    this.record("members", name);
    return this.engine.memberList.map((member) => ({ ...member }));
  }
  timeline(name: string): MessageEvent[] {
    this.record("timeline", name);
    return this.engine.messages.slice();
  }
  async editMessage(...args: unknown[]): Promise<unknown> {
    this.record("editMessage", ...args);
    return this.engine.answer;
  }
  async deleteMessage(...args: unknown[]): Promise<unknown> {
    this.record("deleteMessage", ...args);
    return this.engine.answer;
  }
  async addReaction(...args: unknown[]): Promise<unknown> {
    this.record("addReaction", ...args);
    return this.engine.answer;
  }
  async removeReaction(...args: unknown[]): Promise<unknown> {
    this.record("removeReaction", ...args);
    return this.engine.answer;
  }
  async loadOlder(name: string): Promise<unknown> {
    this.record("loadOlder", name);
    return this.engine.answer;
  }
  gaps(name: string): unknown {
    this.record("gaps", name);
    return this.engine.answers["rooms.gaps"] ?? [];
  }
}
