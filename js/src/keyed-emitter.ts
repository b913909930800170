import { Emitter } from "./emitter.js";
import type { Unsubscribe } from "./types.js";

/** An {@link Emitter} per key, there as long as somebody listens. */
export class KeyedEmitter<Args extends unknown[]> {
  readonly #emitters = new Map<string, Emitter<Args>>();

  has(key: string): boolean {
    return this.#emitters.has(key);
  }

  keys(): Iterable<string> {
    return this.#emitters.keys();
  }

  /** As {@link Emitter.add}, for one key. */
  add(key: string, listener: (...args: Args) => void, once = false): Unsubscribe {
    const emitter = this.#emitters.get(key) ?? new Emitter<Args>();
    this.#emitters.set(key, emitter);
    const unsubscribe = emitter.add(listener, once);
    return () => {
      unsubscribe();
      this.#drop(key, emitter);
    };
  }

  delete(key: string, listener: (...args: Args) => void): void {
    const emitter = this.#emitters.get(key);
    emitter?.delete(listener);
    this.#drop(key, emitter);
  }

  emit(key: string, ...args: Args): void {
    const emitter = this.#emitters.get(key);
    if (!emitter) return;
    emitter.emit(...args);
    this.#drop(key, emitter);
  }

  clear(): void {
    for (const emitter of this.#emitters.values()) emitter.clear();
    this.#emitters.clear();
  }

  #drop(key: string, emitter: Emitter<Args> | undefined): void {
    if (emitter?.size === 0 && this.#emitters.get(key) === emitter) this.#emitters.delete(key);
  }
}
