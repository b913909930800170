import { describe, expect, it } from "vitest";
import { shareFrozen } from "../../src/share-frozen.js";

describe("shareFrozen", () => {
  it("answers the previous value where the next one equals it", () => {
    const previous = shareFrozen(undefined, { rooms: [{ name: "a" }], at: new Date(5) });
    expect(shareFrozen(previous, { rooms: [{ name: "a" }], at: new Date(5) })).toBe(previous);
  });

  it("takes over the parts that did not change", () => {
    const previous = shareFrozen(undefined, [{ name: "a" }, { name: "b", count: 1 }]);
    const next = shareFrozen(previous, [{ name: "a" }, { name: "b", count: 2 }]);
    expect(next).not.toBe(previous);
    expect(next[0]).toBe(previous[0]);
    expect(next[1]).toEqual({ name: "b", count: 2 });
  });

  it("sees a key that went, and an array that became shorter or empty", () => {
    const previous = shareFrozen(undefined, { a: 1, list: [1, 2] });
    expect(shareFrozen(previous, { list: [1] })).toEqual({ list: [1] });
    expect(shareFrozen([1], [])).toEqual([]);
    expect(shareFrozen({ a: 1 }, {})).toEqual({});
  });

  it("freezes all of it", () => {
    const value = shareFrozen(undefined, { inner: { list: [1] } });
    expect(Object.isFrozen(value.inner.list)).toBe(true);
    expect(Object.isFrozen(value.inner)).toBe(true);
    expect(Object.isFrozen(value)).toBe(true);
  });
});
