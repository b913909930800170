import { describe, expect, it, vi } from "vitest";
import { SnapshotStore } from "../../src/snapshot-store.js";

function counting() {
  const read = vi.fn((topic: string) => Object.freeze([topic, read.mock.calls.length]));
  return { read, store: new SnapshotStore(read) };
}

describe("SnapshotStore", () => {
  it("answers the identical snapshot until the topic is invalidated", () => {
    const { store, read } = counting();
    const first = store.getSnapshot("rooms");
    expect(store.getSnapshot("rooms")).toBe(first);
    expect(read).toHaveBeenCalledTimes(1);
    store.invalidate("rooms");
    expect(store.getSnapshot("rooms")).not.toBe(first);
  });

  it("keeps what nobody listens to for a while, and not without end", () => {
    const { store, read } = counting();
    for (let message = 0; message < 2_000; message += 1) {
      const unsubscribe = store.subscribe(`delivery:${message}`, () => undefined);
      store.getSnapshot(`delivery:${message}`);
      unsubscribe();
      store.getSnapshot(`user:${message}`);
    }
    const heard = store.getSnapshot("delivery:heard");
    store.subscribe("delivery:heard", () => undefined);
    for (let user = 0; user < 2_000; user += 1) store.getSnapshot(`user:${user}`);
    expect(store.getSnapshot("delivery:heard")).toBe(heard);
    read.mockClear();
    store.getSnapshot("user:1999");
    expect(read).not.toHaveBeenCalled();
    store.getSnapshot("delivery:0");
    store.getSnapshot("user:0");
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("reads nothing that nobody asks for", () => {
    const { store, read } = counting();
    store.invalidate("connection");
    store.invalidateAll();
    expect(read).not.toHaveBeenCalled();
  });

  it("calls listeners once for many changes in one task, and only those of the topic", async () => {
    const { store } = counting();
    const general = vi.fn();
    const other = vi.fn();
    store.subscribe("timeline:general", general);
    store.subscribe("timeline:other", other);
    for (let change = 0; change < 100; change += 1) store.invalidate("timeline:general");
    expect(general).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(general).toHaveBeenCalledTimes(1);
    expect(other).not.toHaveBeenCalled();
  });

  it("does not call a listener that unsubscribed before the notification", async () => {
    const { store } = counting();
    const listener = vi.fn();
    const unsubscribe = store.subscribe("rooms", listener);
    store.invalidate("rooms");
    unsubscribe();
    unsubscribe();
    await Promise.resolve();
    expect(listener).not.toHaveBeenCalled();
  });

  it("notifies again for a change that a listener makes", async () => {
    const { store } = counting();
    const calls: string[] = [];
    store.subscribe("rooms", () => {
      calls.push("rooms");
      if (calls.length === 1) store.invalidate("rooms");
    });
    store.invalidate("rooms");
    await Promise.resolve();
    await Promise.resolve();
    expect(calls).toEqual(["rooms", "rooms"]);
  });
});
