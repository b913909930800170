import { describe, expect, it, vi } from "vitest";
import { Emitter } from "../../src/emitter.js";

describe("Emitter", () => {
  it("calls a callback that was added twice once, until both have taken it back", () => {
    const emitter = new Emitter<[number]>();
    const listener = vi.fn();
    const [first, second] = [emitter.add(listener), emitter.add(listener)];
    emitter.emit(1);
    first();
    first();
    emitter.emit(2);
    second();
    emitter.emit(3);
    expect(listener.mock.calls).toEqual([[1], [2]]);
    expect(emitter.size).toBe(0);
  });

  it("removes a callback at once by its name, however often it was added", () => {
    const emitter = new Emitter<[]>();
    const listener = vi.fn();
    const unsubscribe = emitter.add(listener);
    emitter.add(listener);
    emitter.delete(listener);
    emitter.add(listener);
    unsubscribe();
    emitter.emit();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("keeps a later registration of the same callback when an old unsubscribe is called again", () => {
    const emitter = new Emitter<[]>();
    const listener = vi.fn();
    const first = emitter.add(listener);
    first();
    emitter.add(listener);
    first();
    emitter.emit();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("reports what a listener throws, and calls the others", () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const emitter = new Emitter<[]>();
    const others = vi.fn();
    emitter.add(() => {
      throw new Error("from a listener");
    });
    emitter.add(others);
    emitter.emit();
    expect(others).toHaveBeenCalledTimes(1);
    expect(report.mock.calls[0]?.[0]).toMatchObject({ message: "from a listener" });
  });

  it("does not call a listener that an earlier one removed during the same emit", () => {
    const emitter = new Emitter<[]>();
    const second = vi.fn();
    emitter.add(() => emitter.delete(second));
    emitter.add(second);
    emitter.emit();
    expect(second).not.toHaveBeenCalled();
  });

  it("calls a listener that was added during an emit from the next one on", () => {
    const emitter = new Emitter<[]>();
    const late = vi.fn();
    emitter.add(() => emitter.add(late));
    emitter.emit();
    expect(late).not.toHaveBeenCalled();
    emitter.emit();
    expect(late).toHaveBeenCalledTimes(1);
  });

  it("calls a once listener once, also when it emits the same event itself", () => {
    const emitter = new Emitter<[]>();
    const listener = vi.fn(() => emitter.emit());
    emitter.add(listener, true);
    emitter.emit();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(emitter.size).toBe(0);
  });

  it("keeps a callback that was added with once and without", () => {
    const emitter = new Emitter<[]>();
    const listener = vi.fn();
    emitter.add(listener, true);
    emitter.add(listener);
    emitter.emit();
    emitter.emit();
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it("stops when a listener clears it", () => {
    const emitter = new Emitter<[]>();
    const second = vi.fn();
    emitter.add(() => emitter.clear());
    emitter.add(second);
    emitter.emit();
    expect(second).not.toHaveBeenCalled();
  });
});
