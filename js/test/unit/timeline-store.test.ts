import { describe, expect, it } from "vitest";
import { TimelineStore } from "../../src/timeline-store.js";
import type { MessageEvent } from "../../src/types.js";

const message = (content: string) => ({ content }) as MessageEvent;
const contents = (messages: readonly MessageEvent[]) => messages.map((one) => one.content);

function loaded(...initial: string[]) {
  const store = new TimelineStore();
  const read = () => store.read("general", () => initial.map(message));
  read();
  return { store, read };
}

describe("TimelineStore", () => {
  it("applies inserts, replacements and removals by index", () => {
    const { store, read } = loaded("a", "c");
    store.splice("general", 1, 0, message("b"));
    store.splice("general", 2, 1, message("C"));
    store.splice("general", 0, 1);
    expect(contents(read())).toEqual(["b", "C"]);
  });

  it("never changes an array that was handed out", () => {
    const { store, read } = loaded("a");
    const before = read();
    store.splice("general", 1, 0, message("b"));
    expect(contents(before)).toEqual(["a"]);
    expect(Object.isFrozen(before)).toBe(true);
    expect(read()).not.toBe(before);
    expect(read()).toBe(read());
  });

  it("reads the whole timeline again after a reset", () => {
    const { store } = loaded("a");
    store.forget("general");
    expect(contents(store.read("general", () => [message("z")]))).toEqual(["z"]);
  });

  it("keeps nothing for a room that nobody reads", () => {
    const store = new TimelineStore();
    store.splice("general", 0, 0, message("seen by nobody"));
    expect(contents(store.read("general", () => [message("loaded")]))).toEqual(["loaded"]);
  });
});
