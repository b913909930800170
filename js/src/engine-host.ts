import { RealtimeClient as Engine } from "../wasm/nchat_realtime.js";
import { ClientConflicts, DEFAULT_STRATEGY } from "./client-conflicts.js";
import { ClientOptions, type EngineConfig } from "./client-options.js";
import { ClientUser } from "./client-user.js";
import { takeConflict } from "./conflict-settlement.js";
import { logState } from "./debug-log.js";
import { EarlySocket } from "./early-socket.js";
import { EngineListeners } from "./engine-listeners.js";
import { EngineParts, endEngine, type ServiceOptions, unheardEngine } from "./engine-parts.js";
import { EngineSnapshots } from "./engine-snapshots.js";
import {
  clientCrashed,
  destroyed,
  isModuleFailure,
  isRealtimeError,
  notInitialized,
  reportException,
  wasTakenBack,
} from "./errors.js";
import { init, initUnderWay, isInitialized, onceLoaded } from "./init.js";
import { connectionWithoutEngine } from "./initial-snapshots.js";
import { LoadRetry } from "./load-retry.js";
import { Logouts } from "./logouts.js";
import { PresenceAccount } from "./presence/account.js";
import { PresenceIntent } from "./presence/intent.js";
import { PresencePrivacyOptions } from "./presence/privacy-options.js";
import { createSink } from "./sink.js";
import type {
  ConnectionSnapshot,
  RealtimeClientConfig,
  RealtimeConnectionState,
  RealtimeError,
} from "./types.js";
import { TypingPrivacyOptions } from "./typing/privacy-options.js";

/**
 * Holds the WebAssembly engine of one client: makes it once the module is there, fences every
 * call into it, and hands on what it tells. Listeners and snapshots belong to the host: they
 * stay when the engine is replaced.
 */
export class EngineHost {
  readonly listeners = new EngineListeners();
  readonly snapshots = new EngineSnapshots({
    connection: () => this.#connection(),
    read: (action) => this.read(action),
    ownPresence: () => this.presence.shown,
    account: () => this.account,
  });
  readonly conflicts = new ClientConflicts();
  readonly options = new ClientOptions();
  readonly presence = new PresenceIntent((use) => {
    if (this.#parts && !this.#failure) this.call((_, parts) => use(parts.presence));
    this.snapshots.changed("presence");
  });
  readonly account = new PresenceAccount(this);
  readonly presencePrivacy = new PresencePrivacyOptions(this.account);
  readonly typingPrivacy = new TypingPrivacyOptions(this);
  readonly user = new ClientUser(this);
  /** How often everything was forgotten: who goes by what it told the client begins anew then. */
  destroys = 0;
  #parts: EngineParts | undefined;
  /** Rises with every engine, so that a late word of an old one is known as such. */
  #generation = 0;
  /** Counts {@link discard}, so that a request that still loads the module knows it is off. */
  #discards = 0;
  /** Counts how often a connection was given up, so that none is tried again after that. */
  #abandons = 0;
  readonly #loadRetry = new LoadRetry();
  readonly #logouts = new Logouts();
  #state: RealtimeConnectionState = "disconnected";
  /** Whether a connection was asked for that waits for the module. */
  #isAwaited = false;
  #early: EarlySocket | undefined;
  /** Why nothing can be asked of the engine: it crashed, or the module could not be loaded. */
  #failure: (Error & RealtimeError) | undefined;

  /** Lays options over those given before; they are checked as soon as there is an engine. */
  configure(config: RealtimeClientConfig): void {
    const before = this.options.config.userId;
    this.options.lay(config, (given) => {
      if (this.#parts) this.call((engine) => engine.initialize(given));
    });
    this.user.laid(before);
  }

  /** As {@link configure}, for one of the engine's services. */
  configureService<K extends keyof ServiceOptions>(service: K, config: ServiceOptions[K]): void {
    this.options.layService(service, config, (given) => {
      if (this.#parts) this.call((_, parts) => parts.configure(given));
    });
  }

  /** Calls into the engine. Throws `NOT_INITIALIZED` before the module is loaded. */
  call<T>(action: (engine: EngineParts["engine"], parts: EngineParts) => T): T {
    if (!isInitialized()) throw notInitialized();
    if (this.#failure) throw this.#failure;
    try {
      const parts = this.#ensureEngine();
      return action(parts.engine, parts);
    } catch (error) {
      throw this.#translated(error);
    }
  }

  /** As {@link call}, but loads the module first where nobody did. */
  async request<T>(
    action: (engine: EngineParts["engine"], parts: EngineParts) => Promise<T>,
  ): Promise<T> {
    const discards = this.#discards;
    // The engine that is there already needs no turn of waiting.
    if (!this.#parts || this.#failure) await this.#load();
    // Else it would wait in a new engine, for a connection that nobody asks for.
    if (discards !== this.#discards) throw destroyed();
    try {
      return await this.call(action);
    } catch (error) {
      throw this.#translated(error);
    }
  }

  /**
   * As {@link request}, for what connects: without an engine that could say so, the state is
   * `connecting` until there is one. Where the module cannot be loaded it is tried again later.
   */
  async requestConnection<T>(
    action: (engine: EngineParts["engine"], parts: EngineParts) => Promise<T>,
  ): Promise<T> {
    const abandons = this.#abandons;
    this.awaitConnection(true);
    // First the module, which takes longer.
    const answer = this.request(action);
    const early = this.#openEarly();
    try {
      const result = await answer;
      this.#loadRetry.stop();
      return result;
    } catch (error) {
      if (abandons === this.#abandons && isRealtimeError(error) && error.code === "INIT_FAILED") {
        this.#loadRetry.schedule(() => this.requestConnection(action).catch(() => undefined));
      }
      throw error;
    } finally {
      this.#closeEarly(early);
      this.awaitConnection(false);
    }
  }

  /** Nobody waits for a connection any more. */
  abandonConnection(): void {
    this.#abandons += 1;
    this.#loadRetry.stop();
    this.#closeEarly();
    this.awaitConnection(false);
  }

  /** Says whether a connection is under way, for as long as there is no engine to say it. */
  awaitConnection(isAwaited: boolean): void {
    if (this.#parts || this.#failure || this.#isAwaited === isAwaited) return;
    this.#isAwaited = isAwaited;
    this.snapshots.changed("connection");
    this.#tellState(isAwaited ? "connecting" : "disconnected");
  }

  /** Calls into an engine that is there or about to be; without one there is nothing to do. */
  callIfAny(action: (engine: EngineParts["engine"], parts: EngineParts) => void): void {
    if (this.#parts) {
      this.call(action);
    } else if (initUnderWay()) {
      // By the same way as `request`, so that it comes after what was asked before it.
      this.#load().then(
        () => this.#parts && this.call(action),
        () => undefined,
      );
    }
  }

  /**
   * Makes the engine once the module is loaded, for who wants to know of the network, or of what
   * earlier visits left, before anything connects.
   *
   * @param isWanted - Whether that is still so by then.
   */
  wake(isWanted: () => boolean): void {
    onceLoaded(() => {
      if (this.#parts || this.#failure || !isWanted()) return;
      try {
        this.#ensureEngine();
      } catch {
        // What hinders it, `connect` rejects with.
      }
    });
  }

  /** Tells `onError` why something failed that perhaps nobody waits for; what ended the engine it was told already. */
  tellUnasked(error: unknown): void {
    if (!isRealtimeError(error)) reportException(error);
    else if (!wasTakenBack(error) && error !== this.#failure) this.listeners.error.emit(error);
  }

  /** Starts over after a crash, from what the engine knows was wanted. */
  recover(): void {
    const crash = this.#failure;
    this.#failure = undefined;
    try {
      this.call((engine, parts) => {
        engine.recover();
        this.presence.applyTo(parts);
      });
    } catch (error) {
      this.#failure ??= crash;
      throw error;
    }
    this.snapshots.reset();
    this.#tellState(this.snapshots.store.getSnapshot("connection").state);
  }

  /** Ends the engine and all that it keeps alive; a later call makes another. */
  discard(): void {
    const engine = this.#parts?.engine;
    // It has nothing to say any more.
    this.#generation += 1;
    try {
      if (engine) endEngine(engine);
    } finally {
      this.#letGo();
    }
  }

  /** Ends the connection and forgets the user. What is stored of them stays, unless they log out. */
  signOut(): void {
    this.read(({ engine }) => engine.disconnect());
    this.discard();
    this.user.forget();
  }

  /**
   * Forgets the user at once, and has their engine wipe what is stored of them, without the client:
   * whoever signs in meanwhile gets another engine.
   */
  async logOut(): Promise<void> {
    if (this.#failure?.code === "CLIENT_CRASHED") throw this.#failure;
    this.conflicts.service.clearHistory();
    const engine = this.#parts?.engine;
    const config = this.#config;
    const done = engine
      ? this.#logouts.begin(engine)
      : this.#load().then(() => this.#logouts.begin(unheardEngine(config)));
    this.#letGo();
    this.user.forget();
    try {
      await done;
    } finally {
      this.wake(() => this.listeners.online.size > 0);
    }
  }

  /** Forgets everything that was said to it: options, listeners, the user. */
  forgetAll(): void {
    this.destroys += 1;
    this.listeners.clear();
    this.user.clear();
    this.options.clear();
    this.presencePrivacy.forget();
    this.typingPrivacy.forget();
    this.conflicts.reset();
    this.conflicts.strategy = DEFAULT_STRATEGY;
    this.#logouts.giveUp();
  }

  /** The engine is the client's no more: what it says is not heard, and what waits for one is off. */
  #letGo(): void {
    this.abandonConnection();
    this.#discards += 1;
    this.#generation += 1;
    this.#parts = undefined;
    this.#failure = undefined;
    this.#isAwaited = false;
    this.snapshots.reset();
    this.#tellState("disconnected");
  }

  /** What an engine is made with. */
  get #config(): EngineConfig {
    return { ...this.options.config, url: this.options.url };
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
      this.snapshots.changed("connection");
      this.#tellState("disconnected");
    }
  }

  #ensureEngine(): EngineParts {
    if (this.#parts) return this.#parts;
    this.#generation += 1;
    const generation = this.#generation;
    const sink = createSink({
      listeners: this.listeners,
      snapshots: this.snapshots,
      onState: (state) => this.#tellState(state),
      onError: (error) => this.#tellError(error),
      onAuth: (auth) => {
        if (auth) this.user.named(auth.userId);
      },
      onConflict: (conflict) => takeConflict(this, conflict),
    });
    const engine = new Engine((kind, a, b, c, d) => {
      if (generation === this.#generation) sink(kind, a, b, c, d);
    }, this.#early);
    const parts = new EngineParts(engine);
    try {
      engine.initialize(this.#config);
      parts.configure(this.options.services);
      this.presence.applyTo(parts);
    } catch (error) {
      engine.destroy();
      throw error;
    }
    this.#parts = parts;
    this.#isAwaited = false;
    this.snapshots.reset();
    return parts;
  }

  /** The engine under way opens this socket; one that is there opens its own at once. */
  #openEarly(): EarlySocket | undefined {
    if (this.#parts || this.#failure?.code === "CLIENT_CRASHED") return undefined;
    this.#early ??= EarlySocket.open(this.options.config);
    return this.#early;
  }

  #closeEarly(early = this.#early): void {
    early?.close();
    if (early === this.#early) this.#early = undefined;
  }

  #connection(): ConnectionSnapshot {
    const snapshot = this.read(({ engine }) => engine.snapshot());
    return snapshot ?? connectionWithoutEngine(this.#failure, this.#isAwaited);
  }

  /** Reads from the engine; undefined where there is none that answers. */
  read<T>(action: (parts: EngineParts) => T): T | undefined {
    if (!this.#parts || this.#failure) return undefined;
    try {
      return action(this.#parts);
    } catch (error) {
      this.#translated(error);
      return undefined;
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
    this.snapshots.changed("connection");
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
    if (this.options.config.debug) logState(state);
    this.listeners.state.emit(state);
  }
}
