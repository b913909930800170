import type {
  DeliveryConfig,
  RealtimeClient as Engine,
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
