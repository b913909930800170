import { expect, it, vi } from "vitest";
import { KeyedEmitter } from "../../src/keyed-emitter.js";

it("calls the listeners of a key only", () => {
  const emitter = new KeyedEmitter<[number]>();
  const [one, other] = [vi.fn(), vi.fn()];
  emitter.add("one", one);
  emitter.add("other", other);
  emitter.emit("one", 1);
  expect(one.mock.calls).toEqual([[1]]);
  expect(other).not.toHaveBeenCalled();
});

it("keeps nothing for a key that nobody listens to any more", () => {
  const emitter = new KeyedEmitter<[]>();
  const listener = () => undefined;
  emitter.add("unsubscribed", listener)();
  emitter.add("deleted", listener);
  emitter.delete("deleted", listener);
  emitter.add("once", listener, true);
  emitter.emit("once");
  emitter.emit("never");
  expect([...emitter.keys()]).toEqual([]);
});

it("keeps a listener that was added again while the last one of its key ran", () => {
  const emitter = new KeyedEmitter<[]>();
  const again = vi.fn();
  emitter.add("key", () => emitter.add("key", again), true);
  emitter.emit("key");
  emitter.emit("key");
  expect(again).toHaveBeenCalledTimes(1);
});
