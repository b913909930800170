import { reportException } from "../errors.js";
import { readRecord, recordName, recordText } from "./history-record.js";
import { HistoryStorage } from "./history-storage.js";
import type { ConflictHistoryEntry } from "./types.js";

interface Stored {
  readonly name: string;
  readonly entry: ConflictHistoryEntry;
}

/**
 * The conflicts of one server and user, newest first: those resolved, and those that wait for
 * the user. Read from storage when it is first looked at.
 */
export class ConflictHistory {
  readonly #storage: HistoryStorage;
  #loaded: Stored[] | undefined;

  constructor(readonly prefix: string) {
    this.#storage = new HistoryStorage(prefix);
  }

  get entries(): ConflictHistoryEntry[] {
    return this.#records.map(({ entry }) => entry);
  }

  /** Adds an entry, in place of the one of the same entity that waited for the user; then as `trim`. */
  add(entry: ConflictHistoryEntry, maxSize: number): void {
    const name = recordName(entry);
    const waiting = recordName({ ...entry, resolvedAt: undefined });
    const others = this.#records.filter((record) => record.name !== waiting);
    this.#storage.save(name, () => recordText(entry));
    if (name !== waiting) this.#storage.remove(waiting);
    this.#loaded = [{ name, entry }, ...others];
    this.trim(maxSize);
  }

  /** Drops the oldest resolved entries beyond a number. Those that wait for the user count, and stay. */
  trim(maxSize: number): void {
    const records = this.#records;
    for (let at = records.length - 1; at >= 0 && records.length > maxSize; at -= 1) {
      const record = records[at];
      if (record?.entry.resolvedAt === undefined) continue;
      records.splice(at, 1);
      this.#storage.remove(record.name);
    }
  }

  clear(): void {
    this.#loaded = [];
    this.#storage.clear();
  }

  get #records(): Stored[] {
    this.#loaded ??= readAll(this.#storage);
    return this.#loaded;
  }
}

function readAll(storage: HistoryStorage): Stored[] {
  const texts = storage.load();
  const records = texts.flatMap(([name, text]) => {
    const entry = readRecord(text);
    return entry ? [{ name, entry }] : [];
  });
  const unreadable = texts.length - records.length;
  if (unreadable > 0) {
    reportException(new Error(`${unreadable} stored conflicts cannot be read, and are left out`));
  }
  return records.sort((a, b) => timeOf(b.entry) - timeOf(a.entry));
}

function timeOf({ resolvedAt, detectedAt }: ConflictHistoryEntry): number {
  return resolvedAt ?? detectedAt;
}
