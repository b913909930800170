import { ClientPart } from "./client-part.js";
import { Emitter } from "./emitter.js";
import type { RealtimeClient } from "./realtime-client.js";
import type { Unsubscribe } from "./types.js";

/**
 * What the services of a client have in common: listeners of their own, called between
 * `initialize` and `destroy`. The state behind them is the client's, and shared by all.
 */
export abstract class ClientService<
  Event extends [name: string, data?: unknown],
> extends ClientPart {
  readonly #listeners = new Emitter<Event>();
  #detach: Unsubscribe | undefined;

  constructor(client: RealtimeClient) {
    super(client);
    this.#attach();
  }

  /**
   * Begins to call listeners, and to read what earlier visits left as soon as the WebAssembly
   * module is there. A new service calls listeners by itself. Idempotent.
   */
  initialize(): void {
    this.#attach();
    this.host.wake(() => this.initialized);
  }

  /** Whether listeners are called. */
  get initialized(): boolean {
    return this.#detach !== undefined;
  }

  /** Takes every listener off. What is queued, delivered or synchronised goes on. */
  destroy(): void {
    this.#detach?.();
    this.#detach = undefined;
    this.#listeners.clear();
  }

  /** Calls back for every event. */
  subscribe(listener: (...event: Event) => void): Unsubscribe;
  /** For who wants to know only which. */
  subscribe(listener: (event: Event[0]) => void): Unsubscribe;
  subscribe(listener: ((...event: Event) => void) | ((event: Event[0]) => void)): Unsubscribe {
    return this.#listeners.add(listener as (...event: Event) => void);
  }

  #attach(): void {
    this.#detach ??= this.listen((...event) => this.#listeners.emit(...event));
  }

  /** Begins to hand on what the client's engine tells. @internal */
  protected abstract listen(tell: (...event: Event) => void): Unsubscribe;
}
