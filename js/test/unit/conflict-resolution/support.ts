import { vi } from "vitest";
import type {
  ConflictEntity,
  ConflictEvent,
  ConflictResolutionService,
} from "../../../src/index.js";

const NOON = Date.UTC(2026, 0, 30, 12);

/** An edit of a message that contradicts the server's, five seconds older. */
export function entity(changes: Partial<ConflictEntity> = {}): ConflictEntity {
  return {
    id: "m1",
    type: "message:edit",
    localData: { content: "ours" },
    remoteData: { content: "theirs" },
    localTimestamp: NOON - 5000,
    remoteTimestamp: NOON,
    ...changes,
  };
}

/** What a service tells, as it tells it. */
export function record(service: ConflictResolutionService): ConflictEvent[] {
  const events: ConflictEvent[] = [];
  service.subscribe((...event) => events.push(event));
  return events;
}

/** A browser's storage, which may refuse. */
export class FakeStorage {
  readonly items = new Map<string, string>();
  refuses = false;

  get length(): number {
    return this.items.size;
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.refuses) throw new DOMException("full", "QuotaExceededError");
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

/** Puts a window with an empty storage there, until the test is over. */
export function withStorage(): FakeStorage {
  const localStorage = new FakeStorage();
  vi.stubGlobal("window", { localStorage });
  return localStorage;
}

/** What is reported to the app instead of thrown. */
export function reports() {
  return vi.spyOn(console, "error").mockImplementation(() => undefined);
}
