import {
  RealtimeClient as Engine,
  type RoomsService as EngineRooms,
} from "../wasm/nchat_realtime.js";
import { checkedOptions } from "./checks.js";
import { defaultUrl, definedOnly } from "./config.js";
import { logState } from "./debug-log.js";
import { EarlySocket } from "./early-socket.js";
import { EngineListeners } from "./engine-listeners.js";
import { connectionWithoutEngine, EngineSnapshots } from "./engine-snapshots.js";
import {
  clientCrashed,
  destroyed,
  isModuleFailure,
  isRealtimeError,
  notInitialized,
  reportException,
  wasTakenBack,
} from "./errors.js";
import { init, initUnderWay, isInitialized } from "./init.js";
import { createSink } from "./sink.js";
import type {
  ConnectionSnapshot,
  RealtimeClientConfig,
  RealtimeConnectionState,
  RealtimeError,
  TokenSource,
} from "./types.js";

/**
 * Holds the WebAssembly engine of one client: makes it once the module is there, fences every
 * call into it, and hands on what it tells. Listeners and snapshots belong to the host: they
 * stay when the engine is replaced.
 */
export class EngineHost {
  readonly listeners = new EngineListeners();
  readonly snapshots = new EngineSnapshots({
    connection: () => this.#connection(),
    rooms: () => this.#read((rooms) => rooms.snapshot(), []),
    members: (roomName) => this.#read((rooms) => rooms.members(roomName), []),
    timeline: (roomName) => this.#read((rooms) => rooms.timeline(roomName), []),
  });
  token: TokenSource | undefined;
  #config: Omit<RealtimeClientConfig, "token"> = {};
  #engine: Engine | undefined;
  #rooms: EngineRooms | undefined;
  /** Rises with every engine, so that a late word of an old one is known as such. */
  #generation = 0;
  /** Counts {@link discard}, so that a request that still loads the module knows it is off. */
  #discards = 0;
  #state: RealtimeConnectionState = "disconnected";
  /** Whether a connection was asked for that waits for the module. */
  #isAwaited = false;
  #early: EarlySocket | undefined;
  /** Why nothing can be asked of the engine: it crashed, or the module could not be loaded. */
  #failure: (Error & RealtimeError) | undefined;

  /** Lays options over those given before; they are checked as soon as there is an engine. */
  configure(config: RealtimeClientConfig): void {
    const { token, ...given } = checkedOptions(config);
    const options = definedOnly(given);
    if (this.#engine) this.call((engine) => engine.initialize(options));
    this.#config = { ...this.#config, ...options };
    this.token = token ?? this.token;
  }

  /** Calls into the engine. Throws `NOT_INITIALIZED` before the module is loaded. */
  call<T>(action: (engine: Engine, rooms: EngineRooms) => T): T {
    if (!isInitialized()) throw notInitialized();
    if (this.#failure) throw this.#failure;
    try {
      const [engine, rooms] = this.#ensureEngine();
      return action(engine, rooms);
    } catch (error) {
      throw this.#translated(error);
    }
  }

  /** As {@link call}, but loads the module first where nobody did. */
  async request<T>(action: (engine: Engine, rooms: EngineRooms) => Promise<T>): Promise<T> {
    const discards = this.#discards;
    // The engine that is there already needs no turn of waiting.
    if (!this.#engine || this.#failure) await this.#load();
    // Else it would wait in a new engine, for a connection that nobody asks for.
    if (discards !== this.#discards) throw destroyed();
    try {
      return await this.call(action);
    } catch (error) {
      throw this.#translated(error);
    }
  }

  /** As {@link request}, for what connects: without an engine that could say so, the state is `connecting` until there is one. */
  async requestConnection<T>(
    action: (engine: Engine, rooms: EngineRooms) => Promise<T>,
  ): Promise<T> {
    this.awaitConnection(true);
    // First the module, which takes longer.
    const answer = this.request(action);
    const early = this.#openEarly();
    try {
      return await answer;
    } finally {
      this.#closeEarly(early);
      this.awaitConnection(false);
    }
  }

  /** Nobody waits for a connection any more. */
  abandonConnection(): void {
    this.#closeEarly();
    this.awaitConnection(false);
  }

  /** Says whether a connection is under way, for as long as there is no engine to say it. */
  awaitConnection(isAwaited: boolean): void {
    if (this.#engine || this.#failure || this.#isAwaited === isAwaited) return;
    this.#isAwaited = isAwaited;
    this.snapshots.connectionChanged();
    this.#tellState(isAwaited ? "connecting" : "disconnected");
  }

  /** Calls into an engine that is there or about to be; without one there is nothing to do. */
  callIfAny(action: (engine: Engine, rooms: EngineRooms) => void): void {
    if (this.#engine) {
      this.call(action);
    } else if (initUnderWay()) {
      // By the same way as `request`, so that it comes after what was asked before it.
      this.#load().then(
        () => this.#engine && this.call(action),
        () => undefined,
      );
    }
  }

  /** Makes the engine once the module is loaded, for who wants to be told of the network before anything connects. */
  watchNetwork(): void {
    const watch = () => {
      if (!this.#engine && !this.#failure && this.listeners.online.size > 0) this.#ensureEngine();
    };
    // What hinders it, `connect` rejects with.
    initUnderWay()
      ?.then(watch)
      .catch(() => undefined);
  }

  /** Tells `onError` why something failed that perhaps nobody waits for. */
  tellUnasked(error: unknown): void {
    if (!isRealtimeError(error)) reportException(error);
    else if (!wasTakenBack(error)) this.listeners.error.emit(error);
  }

  /** Starts over after a crash, from what the engine knows was wanted. */
  recover(): void {
    const crash = this.#failure;
    this.#failure = undefined;
    try {
      this.call((engine) => engine.recover());
    } catch (error) {
      this.#failure ??= crash;
      throw error;
    }
    this.snapshots.reset();
    this.#tellState(this.snapshots.store.getSnapshot("connection").state);
  }

  /** Ends the engine and all that it keeps alive; a later call makes another. */
  discard(): void {
    this.#discards += 1;
    const engine = this.#engine;
    this.#generation += 1;
    this.#engine = undefined;
    this.#rooms = undefined;
    this.#failure = undefined;
    this.#isAwaited = false;
    this.#closeEarly();
    try {
      engine?.destroy();
    } catch (error) {
      if (!isModuleFailure(error) && !isRealtimeError(error)) throw error;
    }
    this.snapshots.reset();
    this.#tellState("disconnected");
  }

  /** Forgets the options and the token. */
  forget(): void {
    this.#config = {};
    this.token = undefined;
  }

  async #load(): Promise<void> {
    try {
      await init();
    } catch (error) {
      if (isRealtimeError(error)) this.#fail(error);
      throw error;
    }
    if (this.#failure?.code === "INIT_FAILED") {
      this.#failure = undefined;
      this.snapshots.connectionChanged();
      this.#tellState("disconnected");
    }
  }

  #ensureEngine(): [Engine, EngineRooms] {
    if (this.#engine && this.#rooms) return [this.#engine, this.#rooms];
    this.#generation += 1;
    const generation = this.#generation;
    const sink = createSink({
      listeners: this.listeners,
      snapshots: this.snapshots,
      onState: (state) => this.#tellState(state),
      onError: (error) => this.#tellError(error),
    });
    const engine = new Engine((kind, a, b, c, d) => {
      if (generation === this.#generation) sink(kind, a, b, c, d);
    }, this.#early);
    try {
      engine.initialize({ ...this.#config, url: this.#config.url ?? defaultUrl() });
    } catch (error) {
      engine.destroy();
      throw error;
    }
    this.#engine = engine;
    this.#isAwaited = false;
    this.#rooms = engine.rooms();
    this.snapshots.reset();
    return [this.#engine, this.#rooms];
  }

  /** The engine under way opens this socket; one that is there opens its own at once. */
  #openEarly(): EarlySocket | undefined {
    if (this.#engine || this.#failure?.code === "CLIENT_CRASHED") return undefined;
    this.#early ??= EarlySocket.open(this.#config);
    return this.#early;
  }

  #closeEarly(early = this.#early): void {
    early?.close();
    if (early === this.#early) this.#early = undefined;
  }

  #connection(): ConnectionSnapshot {
    const snapshot = this.#read((_, engine) => engine.snapshot(), undefined);
    return snapshot ?? connectionWithoutEngine(this.#failure, this.#isAwaited);
  }

  /** Reads from the engine; `otherwise` where there is none that answers. */
  #read<T>(action: (rooms: EngineRooms, engine: Engine) => T, otherwise: T): T {
    if (!this.#engine || !this.#rooms || this.#failure) return otherwise;
    try {
      return action(this.#rooms, this.#engine);
    } catch (error) {
      this.#translated(error);
      return otherwise;
    }
  }

  /** What a call threw, and the end of the engine if it was a crash. */
  #translated(error: unknown): unknown {
    if (isModuleFailure(error)) {
      this.#fail(clientCrashed(error));
      return this.#failure;
    }
    if (isRealtimeError(error) && error.code === "CLIENT_CRASHED") this.#fail(error);
    return error;
  }

  #fail(failure: Error & RealtimeError): void {
    if (this.#failure === failure || this.#failure?.code === "CLIENT_CRASHED") return;
    this.#failure = failure;
    this.#isAwaited = false;
    this.snapshots.connectionChanged();
    this.#tellState("error");
    this.listeners.error.emit(failure);
  }

  #tellError(error: Error & RealtimeError): void {
    if (error.code === "CLIENT_CRASHED") {
      this.#fail(error);
    } else {
      this.listeners.error.emit(error);
    }
  }

  #tellState(state: RealtimeConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (this.#config.debug) logState(state);
    this.listeners.state.emit(state);
  }
}
