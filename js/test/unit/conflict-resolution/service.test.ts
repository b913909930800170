import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  ConflictResolutionService,
  getConflictResolutionService,
  initializeConflictResolution,
  initializeConflictResolutionService,
  resetConflictResolution,
  resetConflictResolutionService,
} from "../../../src/index.js";
import { entity, record } from "./support.js";

let service: ConflictResolutionService;

beforeEach(() => {
  service = new ConflictResolutionService();
  service.initialize();
});

/** Resolves an entity, after detecting it. */
function resolved(...[changes, strategy, choice]: [object, ...[string?, unknown?]]) {
  const detection = service.detectConflict(entity(changes));
  return service.resolveConflict(detection, strategy as never, choice);
}

describe("ConflictResolutionService detects", () => {
  it("no conflict in identical data, and one of the entity's type in different data", () => {
    const same = { localData: { content: "Hello" }, remoteData: { content: "Hello" } };
    expect(service.detectConflict(entity(same))).toMatchObject({
      hasConflict: false,
      severity: "low",
    });
    expect(service.detectConflict(entity())).toMatchObject({
      hasConflict: true,
      conflictType: "message:edit",
      reason: "The contents differ",
    });
  });

  it("a conflict of different versions, and none of equal ones", () => {
    const stale = service.detectConflict(entity({ localVersion: 1, remoteVersion: 2 }));
    expect(stale.hasConflict).toBe(true);
    expect(stale.reason).toBe("Made from version 1, while the server has 2");
    expect(service.detectConflict(entity({ localVersion: 2, remoteVersion: 2 })).hasConflict).toBe(
      false,
    );
  });

  it.each([
    ["message:delete", "critical", "manual"],
    ["channel:settings", "critical", "manual"],
    ["message:edit", "medium", "last-write-wins"],
    ["thread:reply", "medium", "last-write-wins"],
    ["file:upload", "low", "last-write-wins"],
    ["user:settings", "low", "merge"],
    ["constructor", "low", "last-write-wins"],
  ])("the severity and the strategy of %s", (type, severity, suggestedStrategy) => {
    expect(service.detectConflict(entity({ type: type as never }))).toMatchObject({
      severity,
      suggestedStrategy,
    });
  });

  it.each([
    ["privacy", "onlineStatusVisible"],
    ["privacy", "lastSeenVisible"],
    ["privacy", "profileVisible"],
    ["notifications", "quietHoursEnabled"],
  ])("a high severity where %s.%s differs", (group, name) => {
    const side = (value: unknown) => ({ theme: value, [group]: { [name]: value } });
    const detect = (localData: object, remoteData: object) =>
      service.detectConflict(entity({ type: "user:settings", localData, remoteData })).severity;
    expect(detect(side(true), side(false))).toBe("high");
    expect(detect(side(true), { theme: false })).toBe("low");
  });
});

describe("ConflictResolutionService resolves", () => {
  it("last-write-wins by the newer side, the two others by name", () => {
    const older = { localTimestamp: 2, remoteTimestamp: 1 };
    expect(resolved({}, "last-write-wins").resolvedData).toEqual({ content: "theirs" });
    expect(resolved(older, "last-write-wins").resolvedData).toEqual({ content: "ours" });
    expect(resolved(older, "server-wins").resolvedData).toEqual({ content: "theirs" });
    expect(resolved({}, "client-wins").resolvedData).toEqual({ content: "ours" });
  });

  it("merge field by field: remote wins a clash, and it is listed", () => {
    const result = resolved(
      {
        localData: { theme: "dark", fontSize: 14, sound: { on: true, volume: 0.5 } },
        remoteData: { theme: "light", language: "en", sound: { on: false, desktop: true } },
      },
      "merge",
    );
    expect(result.resolvedData).toEqual({
      theme: "light",
      fontSize: 14,
      language: "en",
      sound: { on: false, volume: 0.5, desktop: true },
    });
    expect(result.conflictedFields).toEqual(["theme", "sound.on"]);
    expect(result.outcome).toBe("merged");
  });

  it("manual by the user's choice, and asks for it without one", () => {
    const choice = { content: "both", custom: true };
    expect(resolved({}, "manual")).toMatchObject({
      strategy: "manual",
      requiresUserAction: true,
      resolvedData: { content: "theirs" },
    });
    expect(resolved({}, "manual", choice)).toMatchObject({
      requiresUserAction: false,
      resolvedData: choice,
      outcome: "custom",
    });
  });

  it("a conflict of low severity by itself, unless it is switched off or manual", () => {
    const upload = service.detectConflict(entity({ type: "file:upload" }));
    expect(service.autoResolve(upload)?.resolvedData).toEqual({ content: "theirs" });
    expect(service.autoResolve({ ...upload, suggestedStrategy: "manual" })).toBeNull();
    expect(service.autoResolve({ ...upload, hasConflict: false })).toBeNull();
    expect(service.autoResolve(service.detectConflict(entity()))).toBeNull();
    const deletion = service.detectConflict(entity({ type: "message:delete" }));
    expect(service.autoResolve(deletion)).toBeNull();
    service.configure({ autoResolveLowSeverity: false });
    expect(service.autoResolve(upload)).toBeNull();
  });

  it("as suggested where no strategy is named, and by the default where the type is the app's own", () => {
    expect(resolved({ type: "user:settings" }).strategy).toBe("merge");
    service.configure({ defaultStrategy: "client-wins" });
    expect(resolved({ type: "poll:vote" }).strategy).toBe("client-wins");
    expect(service.resolveConflict({ entity: entity({ type: "user:settings" }) }).strategy).toBe(
      "merge",
    );
  });

  it("by the user's choice, whatever was suggested, unless a strategy is named", () => {
    const choice = { content: "mine" };
    expect(resolved({}, undefined, choice)).toMatchObject({
      strategy: "manual",
      resolvedData: choice,
    });
    expect(resolved({}, "server-wins", choice).outcome).toBe("remote");
  });

  it("says whose edition the outcome is", () => {
    expect(resolved({}, "last-write-wins").outcome).toBe("remote");
    expect(resolved({}, "client-wins").outcome).toBe("local");
    expect(resolved({}, "manual", { content: "ours" }).outcome).toBe("local");
    const onlyOurs = { base: { content: "theirs" } };
    expect(resolved(onlyOurs, "merge").outcome).toBe("local");
  });

  it("nothing by a strategy that does not exist", () => {
    expect(() => resolved({}, "newest")).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR" }),
    );
  });
});

describe("ConflictResolutionService tells", () => {
  it("what it detects and resolves, after the history has it", () => {
    const events = record(service);
    const pending: number[] = [];
    service.subscribe(() => pending.push(service.getStats().totalConflicts));
    const resolution = resolved({}, "server-wins");
    expect(events.map(([event]) => event)).toEqual([
      "conflict:detected",
      "conflict:resolved",
      "conflict:history-updated",
    ]);
    expect(events[0]?.[1]).toMatchObject({ detection: { hasConflict: true } });
    expect(events[1]?.[1]).toEqual({ resolution });
    expect(events[2]?.[1]).toEqual({ history: service.getHistoryEntry("m1") });
    expect(pending).toEqual([0, 1, 1]);
  });

  it("nothing of what is no conflict", () => {
    const events = record(service);
    service.detectConflict(entity({ localVersion: 1, remoteVersion: 1 }));
    expect(events).toEqual([]);
  });

  it("that the user has to choose, and not that it is resolved", () => {
    const events = record(service);
    const resolution = resolved({ type: "message:delete" });
    expect(events.map(([event]) => event)).toEqual([
      "conflict:detected",
      "conflict:manual-required",
      "conflict:history-updated",
    ]);
    expect(events[1]?.[1]).toEqual({ resolution });
  });

  it("the other listeners too, where one throws; and none that was taken off", () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const [removed, kept] = [vi.fn(), vi.fn()];
    service.subscribe(() => {
      throw new Error("from a listener");
    });
    service.subscribe(removed)();
    service.subscribe(kept);
    service.detectConflict(entity());
    expect(report).toHaveBeenCalledTimes(1);
    expect(removed).not.toHaveBeenCalled();
    expect(kept).toHaveBeenCalledTimes(1);
    service.destroy();
    service.detectConflict(entity());
    expect(kept).toHaveBeenCalledTimes(1);
    expect(service.initialized).toBe(false);
  });
});

describe("the conflict resolution singleton", () => {
  it("is one until it is reset, and honours options of every call", () => {
    const one = getConflictResolutionService({ defaultStrategy: "client-wins" });
    expect(one.initialized).toBe(false);
    expect(initializeConflictResolutionService({ enableHistory: false })).toBe(one);
    expect(one.initialized).toBe(true);
    one.resolveConflict(one.detectConflict(entity()));
    expect(one.getHistory()).toEqual([]);
    expect(one.detectConflict(entity({ type: "poll:vote" as never })).suggestedStrategy).toBe(
      "client-wins",
    );
    resetConflictResolutionService();
    expect(one.initialized).toBe(false);
    expect(getConflictResolutionService()).not.toBe(one);
    resetConflictResolutionService();
  });

  it("goes under its older names as well", () => {
    expect(initializeConflictResolution).toBe(initializeConflictResolutionService);
    expect(resetConflictResolution).toBe(resetConflictResolutionService);
  });
});
