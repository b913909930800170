import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ConflictResolutionConfig, ConflictResolutionService } from "../../../src/index.js";
import { entity, type FakeStorage, record, reports, withStorage } from "./support.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function start(config: ConflictResolutionConfig = {}): ConflictResolutionService {
  const service = new ConflictResolutionService(config);
  service.initialize();
  return service;
}

/** Resolves conflicts of these ids. */
function resolve(service: ConflictResolutionService, ids: string[], type = "message:edit"): void {
  for (const id of ids) {
    const given = entity({ id, type: type as never });
    service.resolveConflict(service.detectConflict(given), "server-wins");
  }
}

function ids(service: ConflictResolutionService): string[] {
  return service.getHistory().map(({ id }) => id);
}

describe("the history of conflicts", () => {
  it("has an entry per resolution, newest first, by type, up to a limit, until it is cleared", () => {
    const service = start();
    resolve(service, ["a", "b", "a"]);
    resolve(service, ["s"], "user:settings");
    expect(ids(service)).toEqual(["s", "a", "b", "a"]);
    expect(service.getHistory({ type: "user:settings" }).map(({ id }) => id)).toEqual(["s"]);
    expect(service.getHistory({ type: "message:edit", limit: 2 })).toHaveLength(2);
    expect(service.getHistoryEntry("b")).toMatchObject({ id: "b", strategy: "server-wins" });
    expect(service.getHistoryEntry("unknown")).toBeUndefined();
    const events = record(service);
    service.clearHistory();
    expect(service.getHistory()).toEqual([]);
    expect(events).toEqual([["conflict:history-updated", {}]]);
  });

  it("counts totals, resolved, by type and by strategy", () => {
    const service = start();
    resolve(service, ["a"]);
    service.resolveConflict({ entity: entity({ id: "b" }) }, "client-wins");
    service.resolveConflict({ entity: entity({ id: "c", type: "user:settings" }) }, "merge");
    service.resolveConflict({ entity: entity({ id: "d", type: "message:delete" }) });
    expect(service.getStats()).toEqual({
      totalConflicts: 4,
      resolvedConflicts: 3,
      pendingConflicts: 1,
      byType: { "message:edit": 2, "user:settings": 1, "message:delete": 1 },
      byStrategy: { "server-wins": 1, "client-wins": 1, merge: 1, manual: 1 },
    });
  });

  it("drops the oldest beyond maxHistorySize, and never one that waits for the user", () => {
    const service = start({ maxHistorySize: 2 });
    service.resolveConflict({ entity: entity({ id: "waits" }) }, "manual");
    resolve(service, ["a", "b", "c"]);
    expect(ids(service)).toEqual(["c", "waits"]);
    service.configure({ maxHistorySize: 0 });
    resolve(service, ["d"]);
    expect(ids(service)).toEqual(["waits"]);
  });

  it("puts the resolution in the place of what waited, with the moment it was detected", () => {
    const service = start();
    const detection = { ...service.detectConflict(entity()), detectedAt: 5 };
    service.resolveConflict(detection, "manual");
    const [waiting] = service.getHistory();
    expect(waiting).toMatchObject({ detectedAt: 5, resolvedAt: undefined });
    if (waiting) service.resolveConflict(waiting, "client-wins");
    expect(service.getHistory()).toHaveLength(1);
    expect(service.getHistoryEntry("m1")).toMatchObject({
      detectedAt: 5,
      resolvedAt: expect.any(Number),
      strategy: "client-wins",
    });
  });

  it.each([-1, 1.5, Number.NaN, "many"])("refuses a maxHistorySize of %s", (maxHistorySize) => {
    expect(() => start({ maxHistorySize: maxHistorySize as number })).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR" }),
    );
  });
});

describe("the history in storage", () => {
  let storage: FakeStorage;

  beforeEach(() => {
    storage = withStorage();
  });

  it("is there again after a reload: in order, frozen, with both texts", () => {
    vi.useFakeTimers();
    const before = start();
    for (const id of ["b", "c", "a"]) {
      resolve(before, [id]);
      vi.advanceTimersByTime(1);
    }
    before.resolveConflict({ entity: entity({ id: "waits" }) }, "manual");
    const after = start();
    expect(ids(after)).toEqual(["waits", "a", "c", "b"]);
    const entry = after.getHistoryEntry("waits");
    expect(entry).toEqual(before.getHistoryEntry("waits"));
    expect(Object.isFrozen(entry?.resolution)).toBe(true);
    expect(entry?.resolution.entity).toBe(entry?.entity);
    expect(after.getStats().pendingConflicts).toBe(1);
  });

  it("is one record for each conflict, under the given key", () => {
    const service = start({ storageKey: "app" });
    resolve(service, ["a", "b"]);
    service.resolveConflict({ entity: entity({ id: "c" }) }, "manual");
    expect(storage.length).toBe(3);
    const keys = [...storage.items.keys()];
    expect(keys.every((key) => key.startsWith("app:::"))).toBe(true);
    expect(keys).toContain("app:::pending:message:edit:c");
    service.resolveConflict({ entity: entity({ id: "c" }) }, "client-wins");
    expect(storage.length).toBe(3);
  });

  it("takes a conflict that waits out of storage when another tab resolves it", () => {
    start().resolveConflict({ entity: entity() }, "manual");
    resolve(new ConflictResolutionService(), ["m1"]);
    expect(start().getStats()).toMatchObject({ resolvedConflicts: 1, pendingConflicts: 0 });
  });

  it("is bounded as in memory, also for what several tabs wrote", () => {
    resolve(start({ maxHistorySize: 3 }), ["a", "b", "c", "d"]);
    expect(storage.length).toBe(3);
    start({ maxHistorySize: 1 });
    expect(storage.length).toBe(1);
  });

  it("is each server's and each user's own", () => {
    const alice = { serverUrl: "https://one.example", userId: "alice" };
    const service = start(alice);
    resolve(service, ["hers"]);
    service.resolveConflict({ entity: entity({ id: "her draft" }) }, "manual");
    service.configure({ userId: "bob" });
    expect(service.getHistory()).toEqual([]);
    resolve(service, ["his"]);
    expect(ids(start({ ...alice, serverUrl: "https://two.example" }))).toEqual([]);
    expect(ids(start({ ...alice, userId: "alice:pending" }))).toEqual([]);
    expect(ids(start())).toEqual([]);
    service.clearHistory();
    expect(ids(start(alice)).sort()).toEqual(["her draft", "hers"]);
    expect(ids(start({ ...alice, userId: "bob" }))).toEqual([]);
  });

  it("leaves corrupt records out, reports them without their content, and clears them too", () => {
    resolve(start(), ["good"]);
    const [key = ""] = storage.items.keys();
    const entry = storage.getItem(key) ?? "";
    const spoil = (name: string, text: string) => storage.setItem(`${key}${name}`, text);
    spoil("cut", entry.slice(0, -9));
    spoil("null", "null");
    spoil("list", "[]");
    spoil("foreign", '{"history":[]}');
    spoil("id", entry.replace(`"id":"good"`, `"id":1`));
    spoil("time", entry.replace(`"detectedAt":`, `"detected":`));
    spoil("type", entry.replace('"type":"message:edit"', '"type":"message:delete"'));
    spoil("proto", entry.replace('"localData":{', '"localData":{"__proto__":{"polluted":1},'));
    spoil("bare", entry.replace('"resolution":', '"resolutions":'));
    const report = reports();
    const service = start();
    expect(ids(service)).toEqual(["good"]);
    expect(report.mock.calls).toEqual([
      [new Error("9 stored conflicts cannot be read, and are left out")],
    ]);
    storage.setItem("the app's own", "1");
    service.clearHistory();
    expect([...storage.items.keys()]).toEqual(["the app's own"]);
    start();
    expect(report).toHaveBeenCalledTimes(1);
  });

  it("is kept in memory where storage is full, and reports that once", () => {
    const report = reports();
    const service = start();
    storage.refuses = true;
    resolve(service, ["a", "b"]);
    expect(ids(service)).toEqual(["b", "a"]);
    expect(report).toHaveBeenCalledTimes(1);
    expect(report.mock.calls[0]?.[0]).toMatchObject({ cause: { name: "QuotaExceededError" } });
  });

  it("is kept in memory where the browser refuses storage, or has none", () => {
    const report = reports();
    vi.stubGlobal("window", {
      get localStorage(): Storage {
        throw new DOMException("refused", "SecurityError");
      },
    });
    const service = start();
    resolve(service, ["a"]);
    service.clearHistory();
    resolve(service, ["b"]);
    expect(ids(service)).toEqual(["b"]);
    expect(report).toHaveBeenCalledTimes(1);
    vi.stubGlobal("window", { localStorage: null });
    const other = start();
    resolve(other, ["c"]);
    expect(ids(other)).toEqual(["c"]);
  });

  it("keeps in memory what JSON cannot hold, and reports it", () => {
    const report = reports();
    const service = start();
    service.resolveConflict({ entity: entity({ localData: 1n }) }, "client-wins");
    expect(service.getHistoryEntry("m1")?.resolution.resolvedData).toBe(1n);
    expect(storage.length).toBe(0);
    expect(report).toHaveBeenCalledTimes(1);
  });

  it("is neither read nor written without enableHistory", () => {
    resolve(start(), ["a"]);
    const service = start({ enableHistory: false });
    const events = record(service);
    resolve(service, ["b"]);
    expect(ids(service)).toEqual([]);
    expect(service.getStats().totalConflicts).toBe(0);
    expect(storage.length).toBe(1);
    expect(events.map(([event]) => event)).not.toContain("conflict:history-updated");
  });

  it("stays when the service is destroyed, and is read again after", () => {
    const service = start();
    resolve(service, ["a"]);
    service.destroy();
    resolve(start(), ["by another tab"]);
    service.initialize();
    expect(ids(service).sort()).toEqual(["a", "by another tab"]);
  });
});

describe("in Node", () => {
  it("there is no storage, and everything else works", () => {
    const service = start();
    resolve(service, ["a"]);
    expect(ids(service)).toEqual(["a"]);
    expect(ids(start())).toEqual([]);
  });
});
