import { reportException } from "./errors.js";
import type { Unsubscribe } from "./types.js";

type Listener<Args extends unknown[]> = (...args: Args) => void;

interface Entry<Args extends unknown[]> {
  readonly listener: Listener<Args>;
  once: boolean;
  /** How often it was added and not taken back. */
  holds: number;
}

/**
 * A set of listeners. A callback is in it at most once, however often it is added, until each of
 * those who added it has taken it back: two components may share one. Each call is guarded, so that
 * one that throws stops no other. Listeners may add, remove and emit while they run: who is removed
 * meanwhile is not called any more, who is added is called from the next time on.
 */
export class Emitter<Args extends unknown[]> {
  /** Replaced, never changed in place: a running `emit` goes on over the array it began with. */
  #entries: readonly Entry<Args>[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** Adds a listener; with `once` it is removed before its first call. */
  add(listener: Listener<Args>, once = false): Unsubscribe {
    let entry = this.#entries.find((known) => known.listener === listener);
    if (entry) {
      entry.once &&= once;
      entry.holds += 1;
    } else {
      entry = { listener, once, holds: 1 };
      this.#entries = [...this.#entries, entry];
    }
    let held: Entry<Args> | undefined = entry;
    return () => {
      const taken = held;
      held = undefined;
      if (!taken) return;
      taken.holds -= 1;
      if (taken.holds === 0) this.#remove((known) => known === taken);
    };
  }

  /** Removes a listener, however often it was added. */
  delete(listener: Listener<Args>): void {
    this.#remove((known) => known.listener === listener);
  }

  clear(): void {
    this.#entries = [];
  }

  emit(...args: Args): void {
    const entries = this.#entries;
    for (const entry of entries) {
      if (this.#entries !== entries && !this.#entries.includes(entry)) continue;
      if (entry.once) this.delete(entry.listener);
      guarded(entry.listener, args);
    }
  }

  #remove(matches: (entry: Entry<Args>) => boolean): void {
    if (this.#entries.some(matches)) {
      this.#entries = this.#entries.filter((entry) => !matches(entry));
    }
  }
}

/** Calls a listener; what it throws is reported and goes no further. */
export function guarded<Args extends unknown[]>(listener: Listener<Args>, args: Args): void {
  try {
    listener(...args);
  } catch (error) {
    reportException(error);
  }
}
