import { describe, expect, it } from "vitest";
import { checkedData } from "../../../src/conflict-resolution/data.js";
import { merge } from "../../../src/conflict-resolution/merge.js";

describe("merge with a base", () => {
  it.each([
    ["a removal here", { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }],
    ["a removal there", { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }, { a: 1 }],
    ["additions on both sides", { a: 1, b: 2 }, { a: 1, c: 3 }, { a: 1 }, { a: 1, b: 2, c: 3 }],
    ["changes of different fields", { a: 9, b: 2 }, { a: 1, b: 8 }, { a: 1, b: 2 }, { a: 9, b: 8 }],
    [
      "changes further in",
      { x: { a: 9, b: 2 } },
      { x: { a: 1 } },
      { x: { a: 1, b: 2 } },
      { x: { a: 9 } },
    ],
    ["the same change twice", { a: 2 }, { a: 2 }, { a: 1 }, { a: 2 }],
    ["a change of a text here only", "ours", "first", "first", "ours"],
  ])("takes over %s, and lists nothing", (_, local, remote, base, data) => {
    expect(merge(local, remote, base)).toEqual({ data, clashes: [] });
  });

  it.each([
    ["both changed", { a: 2 }, { a: 3 }, { a: 1 }, { a: 3 }],
    ["removed here, changed there", {}, { a: 3 }, { a: 1 }, { a: 3 }],
    ["changed here, removed there", { a: 2 }, {}, { a: 1 }, {}],
    ["an object against a text", { a: { b: 1 } }, { a: "x" }, { a: null }, { a: "x" }],
  ])("lists a clash, and takes the server's: %s", (_, local, remote, base, data) => {
    expect(merge(local, remote, base)).toEqual({ data, clashes: ["a"] });
  });

  it("lists a clash of the whole under the empty path", () => {
    expect(merge("ours", "theirs", "first")).toEqual({ data: "theirs", clashes: [""] });
  });

  it("does not bring back what one side took out of an array, and keeps what the other added", () => {
    const tags = (...names: string[]) => ({ tags: names });
    const { data, clashes } = merge(tags("a", "new"), tags("a", "b", "their"), tags("a", "b"));
    expect(data).toEqual(tags("a", "their", "new"));
    expect(clashes).toEqual(["tags"]);
    expect(merge(tags("a"), tags("a", "b"), tags("a", "b")).data).toEqual(tags("a"));
    expect(merge(tags("a", "b"), tags("b"), tags("a", "b")).data).toEqual(tags("b"));
    expect(merge(tags("a"), tags("b"), tags("a", "b")).data).toEqual(tags());
  });

  it("knows an array's objects by what they say", () => {
    const [ann, bob, eve] = [{ id: "ann" }, { id: "bob" }, { id: "eve" }];
    const both = merge([{ ...ann }, eve], [{ ...ann }, { ...bob }, null], [{ ...bob }, { ...ann }]);
    expect(both.data).toEqual([ann, null, eve]);
  });
});

describe("merge without a base", () => {
  it("unites arrays, each item once, and lists them", () => {
    expect(merge({ t: ["a", "b"] }, { t: ["b", "c"] }, undefined)).toEqual({
      data: { t: ["b", "c", "a"] },
      clashes: ["t"],
    });
  });

  it("does not take an inherited property for the other side's", () => {
    const { data } = merge({ constructor: "a" }, { toString: "b" }, undefined);
    expect(data).toEqual({ toString: "b", constructor: "a" });
  });
});

describe("merge, for 300 made-up settings", () => {
  const random = seeded(20_261_122);
  const triples = Array.from({ length: 300 }, () => {
    const base = settings(random);
    return { base, local: changed(base, random), remote: changed(base, random) };
  });

  it("is what one side says where the other changed nothing", () => {
    for (const { base, local } of triples) {
      expect(merge(local, base, base)).toEqual({ data: local, clashes: [] });
      expect(merge(base, local, base)).toEqual({ data: local, clashes: [] });
    }
  });

  it("takes every change that only one side made, and at a clash the server's", () => {
    for (const { base, local, remote } of triples) {
      const { data, clashes } = merge(local, remote, base);
      const before = leaves(base);
      const ours = leaves(local);
      const theirs = leaves(remote);
      const after = leaves(data);
      for (const path of new Set([...ours.keys(), ...theirs.keys(), ...before.keys()])) {
        const weChanged = ours.get(path) !== before.get(path);
        const theyChanged = theirs.get(path) !== before.get(path);
        const expected = weChanged && !theyChanged ? ours.get(path) : theirs.get(path);
        expect(after.get(path)).toBe(expected);
        const clash = weChanged && theyChanged && ours.get(path) !== theirs.get(path);
        expect(clashes.includes(path)).toBe(clash);
      }
    }
  });

  it("loses no field without a base", () => {
    for (const { local, remote } of triples) {
      const after = leaves(merge(local, remote, undefined).data);
      for (const path of [...leaves(local).keys(), ...leaves(remote).keys()]) {
        expect(after.has(path)).toBe(true);
      }
    }
  });

  it("changes nothing when the outcome is merged again", () => {
    for (const { base, local, remote } of triples) {
      const { data } = merge(local, remote, base);
      expect(merge(data, remote, remote).data).toEqual(data);
    }
  });
});

type Settings = Record<string, Record<string, number>>;

function settings(random: () => number): Settings {
  const groups = ["a", "b", "c"].map((group) => [
    group,
    Object.fromEntries(["x", "y", "z"].map((name) => [name, random() % 3])),
  ]);
  return checkedData(Object.fromEntries(groups));
}

/** Another edition: about half of the fields changed or removed, and perhaps one added. */
function changed(base: Settings, random: () => number): Settings {
  const edit = (fields: Record<string, number>) => {
    const kept = Object.entries(fields).flatMap(([name, value]) => {
      const dice = random() % 6;
      return dice === 0 ? [] : [[name, dice < 3 ? random() % 5 : value]];
    });
    const added = random() % 3 === 0 ? [["added", random() % 2]] : [];
    return Object.fromEntries([...kept, ...added]);
  };
  return checkedData(
    Object.fromEntries(Object.entries(base).map(([group, fields]) => [group, edit(fields)])),
  );
}

function leaves(data: unknown): Map<string, number> {
  return new Map(
    Object.entries(data as Settings).flatMap(([group, fields]) =>
      Object.entries(fields).map(([name, value]): [string, number] => [`${group}.${name}`, value]),
    ),
  );
}

/** The same whole numbers on every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  };
}
