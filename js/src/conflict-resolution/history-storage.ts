import { reportException } from "../errors.js";

const REFUSED = "Conflicts are kept in memory only: they could not be stored";

/**
 * Records in `localStorage`, one key each, under a common prefix. Where there is no storage, or
 * it refuses, nothing is kept and nothing is thrown; the first refusal is reported.
 */
export class HistoryStorage {
  readonly #prefix: string;
  #wasRefused = false;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The records there, in no order: name and text. */
  load(): [name: string, text: string][] {
    const read = (storage: Storage) =>
      this.#names(storage).map((name): [string, string] => [
        name,
        storage.getItem(this.#prefix + name) ?? "",
      ]);
    return this.#attempt(read) ?? [];
  }

  save(name: string, toText: () => string): void {
    this.#attempt((storage) => storage.setItem(this.#prefix + name, toText()));
  }

  remove(name: string): void {
    this.#attempt((storage) => storage.removeItem(this.#prefix + name));
  }

  /** Removes every record, those of other tabs and unreadable ones included. */
  clear(): void {
    this.#attempt((storage) => {
      for (const name of this.#names(storage)) storage.removeItem(this.#prefix + name);
    });
  }

  #names(storage: Storage): string[] {
    return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "")
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length));
  }

  #attempt<T>(action: (storage: Storage) => T): T | undefined {
    try {
      const storage = typeof window === "undefined" ? undefined : window.localStorage;
      return storage ? action(storage) : undefined;
    } catch (cause) {
      if (!this.#wasRefused) reportException(new Error(REFUSED, { cause }));
      this.#wasRefused = true;
      return undefined;
    }
  }
}
