import { checkedDuration, checkedText, checkedToken } from "./checks.js";
import { setHost } from "./client-host.js";
import type { ConflictResolutionService } from "./conflict-resolution/conflict-resolution-service.js";
import { ConnectionView } from "./connection-view.js";
import { DeliveryEventHandler } from "./delivery-event-handler.js";
import { guarded } from "./emitter.js";
import { realtimeError } from "./errors.js";
import type { EventMap } from "./events.js";
import { OfflineQueueService } from "./offline-queue-service.js";
import { PresenceService } from "./presence-service.js";
import { RoomsService } from "./rooms-service.js";
import { SyncService } from "./sync-service.js";
import type {
  AppDefined,
  PresenceStatusName,
  RealtimeClientConfig,
  RealtimeConnectionState,
  RealtimeError,
  Room,
  TokenSource,
  Unsubscribe,
} from "./types.js";
import { TypingService } from "./typing-service.js";

const EVENT_NAME = "an event's name";

type AnyListener = (...args: AppDefined[]) => void;

/**
 * One connection to a realtime server, kept up until {@link RealtimeClient.disconnect}.
 *
 * `emit`, `updateToken`, `sendTyping`, `clearWasOffline` and `recover` throw `NOT_INITIALIZED`
 * until {@link init} is done. What returns a promise loads the WebAssembly module itself, and
 * everything else may be called before: options, listeners and a status are kept until then, the
 * getters answer their initial values, and there is nothing to end or to leave. After an internal
 * failure every call throws or rejects `CLIENT_CRASHED` until {@link RealtimeClient.recover}.
 *
 * Listeners stay until they are taken off: over reconnects, `recover()`, and
 * `disconnect()`. The same callback registered twice is called once, until both have unsubscribed
 * or `off` was called. What a listener throws is reported like the exception of a DOM listener, and
 * stops no other.
 */
export class RealtimeClient extends ConnectionView {
  #rooms: RoomsService | undefined;
  #queue: OfflineQueueService | undefined;
  #delivery: DeliveryEventHandler | undefined;
  #sync: SyncService | undefined;
  #presence: PresenceService | undefined;
  #typing: TypingService | undefined;
  /** Counts `disconnect()`, so that a `connect()` that still loads the module knows it is off. */
  #disconnects = 0;

  constructor() {
    super();
    setHost(this, this.host);
  }

  /** Sets options; those not given keep what is set. Throws `VALIDATION_ERROR` for one that is refused (before the module is loaded: `connect` rejects with it). */
  initialize(config: RealtimeClientConfig = {}): void {
    this.host.configure(config);
  }

  /**
   * Connects, or waits for the connection that is under way; resolves once the server accepted
   * it, at once if it stands. A rejection does not end the search for a connection, unless the
   * error is not `retryable`.
   *
   * @param token - Kept for every later attempt. Without one, or with an empty one, it is the last one given.
   * A text other than that may be another user's: it gets a connection of its own, in place of one that stands or
   * is under way, whose promise rejects `CANCELLED`. To renew a user's token without that, call
   * {@link RealtimeClient.updateToken}. A function is asked at the next attempt.
   */
  connect(token?: TokenSource): Promise<void>;
  /** The plugin guide's form: the server takes the user from the token, so `userId` is not sent. */
  connect(userId: string, token: TokenSource): Promise<void>;
  async connect(
    ...args: [token?: TokenSource] | [userId: string, token: TokenSource]
  ): Promise<void> {
    const host = this.host;
    const disconnects = this.#disconnects;
    const token = args.at(-1) || undefined;
    const isOther = typeof token === "string" && token !== host.options.token && this.#isSought;
    if (token !== undefined) host.options.token = checkedToken(token);
    return host.requestConnection((engine) => {
      if (disconnects !== this.#disconnects) throw abandoned();
      // Else it would be the same user until the connection is lost, and then another.
      if (isOther) engine.disconnect();
      return engine.connect(host.options.token);
    });
  }

  /** Whether the engine has a connection, or is about to have one. */
  get #isSought(): boolean {
    const state = this.host.read(({ engine }) => engine.snapshot().state) ?? "disconnected";
    return state !== "disconnected" && state !== "error";
  }

  /** Ends the connection, and the search for one. Rooms stay wanted for the next `connect`. */
  disconnect(): void {
    this.#disconnects += 1;
    this.host.abandonConnection();
    this.host.callIfAny((engine) => engine.disconnect());
  }

  /**
   * Signs the user out: disconnects, and wipes what this browser keeps of them at this server:
   * queue, messages, cursors, conflicts, token. Resolves once that is done. It need not be waited
   * for: who signs in meanwhile begins with nothing of theirs, and not even `destroy()` ends it.
   * Another tab of the same user goes on, until it is told.
   *
   * @throws {RealtimeError} `STORAGE_BUSY` where they are signed out, but what is stored is still
   * there after five seconds: another tab holds it, and does not answer. It is deleted once that
   * tab is closed. To know whether it is, call again.
   */
  logout(): Promise<void> {
    this.#disconnects += 1;
    return this.host.logOut();
  }

  /** Ends the connection and makes a new one with the token kept. Resolves and rejects as `connect`. */
  reconnect(): Promise<void> {
    return this.host.requestConnection((engine) => engine.reconnect());
  }

  /** Keeps another token, and shows it to the server if a connection stands. */
  updateToken(token: TokenSource): void {
    this.host.call((engine) => engine.updateToken(token));
    this.host.options.token = token;
  }

  /** Starts over after `CLIENT_CRASHED`, with everything that was wanted before: connection, rooms, listeners. */
  recover(): void {
    this.host.recover();
  }

  /** Ends everything: connection, timers, listeners, options, token. A later `connect` starts afresh. */
  destroy(): void {
    this.#disconnects += 1;
    this.host.discard();
    const services = [this.#rooms, this.#queue, this.#delivery, this.#sync];
    for (const service of [...services, this.#presence, this.#typing]) service?.destroy();
    this.#rooms = this.#queue = this.#delivery = this.#sync = undefined;
    this.#presence = this.#typing = undefined;
    this.host.forgetAll();
  }

  /**
   * Calls back for every such event of the server, with all of its arguments; where the server
   * waits for an answer, the last argument is the function that gives it.
   *
   * @returns Takes the callback off again.
   */
  on<K extends keyof EventMap>(event: K, listener: (data: EventMap[K]) => void): Unsubscribe;
  on<T = AppDefined>(
    event: string,
    listener: (data: T, ...rest: AppDefined[]) => void,
  ): Unsubscribe;
  on(event: string, listener: AnyListener): Unsubscribe {
    return this.host.listeners.events.add(event, listener);
  }

  /** As {@link RealtimeClient.on}, for the next such event only. */
  once<K extends keyof EventMap>(event: K, listener: (data: EventMap[K]) => void): Unsubscribe;
  once<T = AppDefined>(
    event: string,
    listener: (data: T, ...rest: AppDefined[]) => void,
  ): Unsubscribe;
  once(event: string, listener: AnyListener): Unsubscribe {
    return this.host.listeners.events.add(event, listener, true);
  }

  /** Takes a callback off that `on` or `once` put on. */
  off(event: string, listener: AnyListener): void {
    this.host.listeners.events.delete(event, listener);
  }

  /**
   * Sends an event, with any arguments as in socket.io-client; a function as the last one gets
   * the server's answer. Without a connection the event is dropped, and that function gets
   * `{success: false, error: {code: "NOT_CONNECTED", message: "Socket not connected"}}`.
   */
  emit<R = AppDefined>(event: string, ack: (response: R) => void): void;
  emit<T = AppDefined, R = AppDefined>(event: string, data?: T, ack?: (response: R) => void): void;
  emit(event: string, ...args: AppDefined[]): void;
  emit(event: string, ...args: AppDefined[]): void {
    const sent = [...args];
    const last: unknown = sent.at(-1);
    // `emit(event, data, undefined)` is the documented form without a callback.
    if (typeof last === "function" || (sent.length === 2 && last === undefined)) sent.pop();
    const ack = typeof last === "function" ? (last as AnyListener) : undefined;
    const guardedAck = ack && ((...args: unknown[]) => guarded(ack, args));
    this.host.call((engine) => engine.emit(checkedText(event, EVENT_NAME), sent, guardedAck));
  }

  /**
   * Sends an event and resolves with the answer: `data` of the documents' envelope
   * `{success, data?, error?}`, any other answer as it is.
   *
   * @param timeout - Milliseconds to wait for the answer.
   * @throws The envelope's error; `NOT_CONNECTED`; `TIMEOUT`.
   */
  emitAsync<T = AppDefined, R = AppDefined>(event: string, data?: T, timeout = 10_000): Promise<R> {
    return this.host.request((engine) =>
      engine.emitAsync(checkedText(event, EVENT_NAME), data, checkedDuration(timeout)),
    );
  }

  /** Calls back at once with the state, then on every change. */
  onConnectionStateChange(listener: (state: RealtimeConnectionState) => void): Unsubscribe {
    const unsubscribe = this.host.listeners.state.add(listener);
    guarded(listener, [this.state]);
    return unsubscribe;
  }

  /** Calls back for every error that no promise carries. */
  onError(listener: (error: RealtimeError) => void): Unsubscribe {
    return this.host.listeners.error.add(listener);
  }

  /** Calls back at once with what the browser says of the network (a hint only), then on every change. */
  onOfflineStatusChange(listener: (isOnline: boolean) => void): Unsubscribe {
    const unsubscribe = this.host.listeners.online.add(listener);
    this.host.wake(() => this.host.listeners.online.size > 0);
    guarded(listener, [this.isOnline]);
    return unsubscribe;
  }

  /** Calls back when a lost connection stands again, with the attempts it took and whether the browser had been offline. */
  onReconnection(listener: (attemptNumber: number, wasOffline: boolean) => void): Unsubscribe {
    return this.host.listeners.reconnection.add(listener);
  }

  /** Forgets that the browser was offline. */
  clearWasOffline(): void {
    this.host.call((engine) => engine.clearWasOffline());
  }

  /** Alias of `rooms.joinRoom`. A failure is also told to `onError`, so the promise may be left alone. */
  joinChannel(channelId: string): Promise<Room> {
    const joined = this.rooms.joinRoom(channelId);
    joined.catch((error: unknown) => this.host.tellUnasked(error));
    return joined;
  }

  /** Alias of `rooms.leaveRoom`. */
  leaveChannel(channelId: string): void {
    this.rooms.leaveRoom(channelId);
  }

  /** Tells a room's members that this user types, or no longer does. Dropped without a connection. */
  sendTyping(channelId: string, isTyping: boolean): void {
    const room = checkedText(channelId, "a channel");
    this.host.call((_, { typing }) =>
      isTyping ? typing.startTyping(room, "channel") : typing.stopTyping(room),
    );
  }

  /** Alias of `presence.setStatus`. */
  updatePresence(status: PresenceStatusName): void {
    this.presence.setStatus(status);
  }

  /** The rooms of this client. */
  get rooms(): RoomsService {
    this.#rooms ??= new RoomsService(this);
    return this.#rooms;
  }

  /** What waits to be sent by this client's user. */
  get queue(): OfflineQueueService {
    this.#queue ??= new OfflineQueueService(this);
    return this.#queue;
  }

  /** How far this user's messages have come, and what this user has read. */
  get delivery(): DeliveryEventHandler {
    this.#delivery ??= new DeliveryEventHandler(this);
    return this.#delivery;
  }

  /** Brings this client up to date after a reconnect. */
  get sync(): SyncService {
    this.#sync ??= new SyncService(this);
    return this.#sync;
  }

  /** Who is there. */
  get presence(): PresenceService {
    this.#presence ??= new PresenceService(this);
    return this.#presence;
  }

  /** Who types. */
  get typing(): TypingService {
    this.#typing ??= new TypingService(this);
    return this.#typing;
  }

  /** Edits of this user that contradict the server's. */
  get conflicts(): ConflictResolutionService {
    return this.host.conflicts.service;
  }
}

function abandoned(): Error & RealtimeError {
  return realtimeError("CANCELLED", "disconnect() was called meanwhile", { retryable: true });
}

export default RealtimeClient;
