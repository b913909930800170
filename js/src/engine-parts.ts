import type {
  DeliveryConfig,
  DeliveryEventHandler as EngineDelivery,
  PresenceService as EnginePresence,
  OfflineQueueService as EngineQueue,
  RoomsService as EngineRooms,
  SyncService as EngineSync,
  TypingService as EngineTyping,
  OfflineQueueConfig,
  PresenceConfig,
  SyncConfig,
  TypingConfig,
} from "../wasm/nchat_realtime.js";
import { RealtimeClient as Engine } from "../wasm/nchat_realtime.js";
import type { EngineConfig } from "./client-options.js";
import { isModuleFailure, isRealtimeError } from "./errors.js";

/** Options of the engine's services, by service. */
export interface ServiceOptions {
  queue: OfflineQueueConfig;
  delivery: DeliveryConfig;
  sync: SyncConfig;
  presence: PresenceConfig;
  typing: TypingConfig;
}

/** A WebAssembly client and its services, each made when it is first used. */
export class EngineParts {
  readonly engine: Engine;
  #rooms: EngineRooms | undefined;
  #queue: EngineQueue | undefined;
  #delivery: EngineDelivery | undefined;
  #sync: EngineSync | undefined;
  #presence: EnginePresence | undefined;
  #typing: EngineTyping | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  get rooms(): EngineRooms {
    this.#rooms ??= this.engine.rooms();
    return this.#rooms;
  }

  get queue(): EngineQueue {
    this.#queue ??= this.engine.queue();
    return this.#queue;
  }

  get delivery(): EngineDelivery {
    this.#delivery ??= this.engine.delivery();
    return this.#delivery;
  }

  get sync(): EngineSync {
    this.#sync ??= this.engine.sync();
    return this.#sync;
  }

  get presence(): EnginePresence {
    this.#presence ??= this.engine.presence();
    return this.#presence;
  }

  get typing(): EngineTyping {
    this.#typing ??= this.engine.typing();
    return this.#typing;
  }

  /** Sets the options that were given; services without any are left alone. */
  configure(options: Partial<ServiceOptions>): void {
    if (options.queue) this.queue.configure(options.queue);
    if (options.delivery) this.delivery.configure(options.delivery);
    if (options.sync) this.sync.configure(options.sync);
    if (options.presence) this.presence.configure(options.presence);
    if (options.typing) this.typing.configure(options.typing);
  }
}

/** An engine that tells nobody anything. */
export function unheardEngine(config: EngineConfig): Engine {
  const engine = new Engine(() => undefined);
  try {
    engine.initialize(config);
  } catch (error) {
    engine.destroy();
    throw error;
  }
  return engine;
}

/** Ends an engine and all that it keeps alive, also one that crashed. */
export function endEngine(engine: Engine): void {
  try {
    engine.destroy();
  } catch (error) {
    if (!isModuleFailure(error) && !isRealtimeError(error)) throw error;
  }
}
