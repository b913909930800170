import { describe, expect, it } from "vitest";
import { ConflictResolutionService } from "../../../src/index.js";
import { entity } from "./support.js";

const service = new ConflictResolutionService();
const detect = (changes: object) => service.detectConflict(entity(changes));
const lastWrite = (changes: object) =>
  service.resolveConflict(detect(changes), "last-write-wins").outcome;

describe("versions before clocks", () => {
  it("finds edits of the same instant to be a conflict, unless they say the same", () => {
    const instant = { localTimestamp: 1000, remoteTimestamp: 1999 };
    expect(detect(instant).hasConflict).toBe(true);
    const same = { localData: { a: 1, b: 2 }, remoteData: { b: 2, a: 1 } };
    expect(detect({ ...instant, ...same }).hasConflict).toBe(false);
  });

  it("lets a wrong clock neither win nor lose where the versions are known", () => {
    const ahead = { localTimestamp: Number.MAX_SAFE_INTEGER, remoteTimestamp: 0 };
    expect(lastWrite({ ...ahead, localVersion: 1, remoteVersion: 2 })).toBe("remote");
    const behind = { localTimestamp: 0, remoteTimestamp: Number.MAX_SAFE_INTEGER };
    expect(lastWrite({ ...behind, localVersion: 3, remoteVersion: 2 })).toBe("local");
    expect(lastWrite({ ...behind, localVersion: 2, remoteVersion: 2 })).toBe("local");
  });

  it("goes by the clocks where a version is missing, and by the server where nothing tells", () => {
    expect(lastWrite({ localTimestamp: 2, remoteTimestamp: 1, localVersion: 1 })).toBe("local");
    expect(lastWrite({ localTimestamp: 1, remoteTimestamp: 1 })).toBe("local");
    expect(lastWrite({ localTimestamp: undefined })).toBe("remote");
    expect(lastWrite({ remoteTimestamp: Number.NaN })).toBe("remote");
  });

  it("does not let an edited server's edition win for being edited", () => {
    const remoteData = { content: "theirs", isEdited: true };
    expect(lastWrite({ remoteData, localTimestamp: 2, remoteTimestamp: 1 })).toBe("local");
  });

  it("compares hashes where both are given", () => {
    expect(detect({ localHash: "a", remoteHash: "a" }).hasConflict).toBe(false);
    expect(detect({ localHash: "a", remoteHash: "b" }).reason).toBe("The hashes differ");
    expect(detect({ localHash: "a" }).reason).toBe("The contents differ");
  });

  it("takes a version of null for a missing one", () => {
    const unknown = { localVersion: null, remoteVersion: null };
    expect(detect(unknown).reason).toBe("The contents differ");
  });
});

describe("a stale edit that the server refused", () => {
  const stale = { base: { content: "first" }, localVersion: 1, remoteVersion: 2 };

  it("keeps both texts until the user has chosen, and after", () => {
    const waiting = service.resolveConflict(detect(stale), "manual");
    expect(waiting.entity).toMatchObject({
      localData: { content: "ours" },
      remoteData: { content: "theirs" },
    });
    const chosen = service.resolveConflict(waiting, "manual", { content: "ours, theirs" });
    expect(chosen.requiresUserAction).toBe(false);
    expect(service.getHistoryEntry("m1")?.entity).toEqual(waiting.entity);
  });

  it("keeps the text that lost", () => {
    const resolution = service.resolveConflict(detect(stale));
    expect(resolution).toMatchObject({ outcome: "remote", requiresUserAction: false });
    expect(resolution.entity.localData).toEqual({ content: "ours" });
  });

  it("is not touched by what the app does with its objects later", () => {
    const localData = { content: "ours", tags: ["a"] };
    const detection = detect({ ...stale, localData });
    localData.content = "changed";
    localData.tags.push("b");
    expect(detection.entity.localData).toEqual({ content: "ours", tags: ["a"] });
    expect(Object.isFrozen(detection.entity.localData)).toBe(true);
  });
});

describe("data that cannot be read", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const throwing = {
    get content(): string {
      throw new Error("a secret");
    },
  };
  const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`);
  const polluting = JSON.parse('{"__proto__": {"polluted": true}}');

  it.each([
    ["a cycle", { localData: cycle }],
    ["a getter that throws", { remoteData: throwing }],
    ["thousands of levels", { base: deep }],
    ["a key __proto__", { remoteData: polluting }],
    ["a key __proto__ further in", { metadata: { list: [polluting] } }],
    ["no id", { id: undefined }],
    ["an id that is no string", { id: 1 }],
    ["no type", { type: undefined }],
  ])("is refused with VALIDATION_ERROR: %s", (_, changes) => {
    const refusal = expect.objectContaining({ code: "VALIDATION_ERROR", retryable: false });
    expect(() => detect(changes)).toThrow(refusal);
    const given = entity(changes as object);
    expect(() => service.resolveConflict({ entity: given })).toThrow(refusal);
    expect({}).not.toHaveProperty("polluted");
  });

  it.each([[null], [undefined], ["text"], [[]], [new Map()]])("nor is an entity %s", (value) => {
    expect(() => service.detectConflict(value as never)).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR" }),
    );
  });

  it("is refused as the user's choice, and the conflict still waits", () => {
    const waiting = service.resolveConflict(detect({ id: "m2" }), "manual");
    expect(() => service.resolveConflict(waiting, "manual", cycle)).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR" }),
    );
    expect(service.getHistoryEntry("m2")?.resolvedAt).toBeUndefined();
  });

  it("says nothing of its content", () => {
    try {
      detect({ remoteData: throwing });
    } catch (error) {
      expect((error as Error).message).toBe("The data cannot be read");
    }
    expect.assertions(1);
  });

  it("is no plain object, array or date: it is kept, and compared, as it is", () => {
    const file = new Blob(["x"]);
    const both = { localData: { file }, remoteData: { file } };
    expect(detect(both).hasConflict).toBe(false);
    expect(detect({ ...both, remoteData: { file: new Blob(["x"]) } }).hasConflict).toBe(true);
  });

  it.each([
    [{ at: new Date(1) }, { at: new Date(1) }, false],
    [{ at: new Date(1) }, { at: new Date(2) }, true],
    [{ at: new Date(1) }, { at: 1 }, true],
    [{ a: undefined, b: 1 }, { b: 1 }, false],
    [[1, [2]], [1, [2]], false],
    [[1, 2], [2, 1], true],
    [[], {}, true],
    [{ toString: 1 }, { valueOf: 1 }, true],
    [Number.NaN, Number.NaN, false],
    [null, {}, true],
    ["a", "a", false],
  ])("%j and %j: a conflict is %s", (localData, remoteData, hasConflict) => {
    expect(detect({ localData, remoteData }).hasConflict).toBe(hasConflict);
    expect(detect({ localData: remoteData, remoteData: localData }).hasConflict).toBe(hasConflict);
  });
});
