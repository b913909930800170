import type {
  DeliveryConfig,
  RealtimeClient as Engine,
  DeliveryEventHandler as EngineDelivery,
  OfflineQueueService as EngineQueue,
  RoomsService as EngineRooms,
  SyncService as EngineSync,
  OfflineQueueConfig,
  SyncConfig,
} from "../wasm/nchat_realtime.js";

/** Options of the engine's services, by service. */
export interface ServiceOptions {
  queue: OfflineQueueConfig;
  delivery: DeliveryConfig;
  sync: SyncConfig;
}

/** A WebAssembly client and its services, each made when it is first used. */
export class EngineParts {
  readonly engine: Engine;
  #rooms: EngineRooms | undefined;
  #queue: EngineQueue | undefined;
  #delivery: EngineDelivery | undefined;
  #sync: EngineSync | undefined;

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

  /** Sets the options that were given; services without any are left alone. */
  configure(options: Partial<ServiceOptions>): void {
    if (options.queue) this.queue.configure(options.queue);
    if (options.delivery) this.delivery.configure(options.delivery);
    if (options.sync) this.sync.configure(options.sync);
  }
}
