import { describe, expect, it, vi } from "vitest";
import { fresh } from "./fresh.js";

describe("init", () => {
  it("loads once for many calls, and resolves all of them", async () => {
    const { init, isInitialized, fake } = await fresh();
    expect(isInitialized()).toBe(false);
    await Promise.all([init(new Uint8Array([1])), init(), init("ignored")]);
    expect(fake.loads).toEqual([new Uint8Array([1])]);
    expect(isInitialized()).toBe(true);
    await init();
    expect(fake.loads).toHaveLength(1);
  });

  it("accepts a promise of a source", async () => {
    const { init, fake } = await fresh();
    await init(Promise.resolve(new Uint8Array([2])));
    expect(fake.loads).toEqual([new Uint8Array([2])]);
  });

  it("reads the packaged module from disk in Node", async () => {
    const { init, fake } = await fresh();
    const readFile = vi.fn(async () => new Uint8Array([7]));
    vi.mocked(process.getBuiltinModule).mockReturnValue({ readFile } as never);
    await init();
    expect(fake.loads).toEqual([new Uint8Array([7])]);
    expect(String(readFile.mock.calls[0])).toMatch(/^file:.*\/wasm\/nchat_realtime_bg\.wasm$/);
  });

  it("says that bytes are needed where Node cannot reach the file", async () => {
    const { init } = await fresh();
    vi.mocked(process.getBuiltinModule).mockReturnValue(undefined as never);
    await expect(init()).rejects.toThrow("pass its bytes: `await init(bytes)`");
  });

  it("rejects with INIT_FAILED and the cause, and tries again on the next call", async () => {
    const { init, isInitialized, fake } = await fresh();
    const cause = new Error("no such file");
    fake.loadError = cause;
    await expect(init(new Uint8Array())).rejects.toMatchObject({
      code: "INIT_FAILED",
      retryable: true,
      message: "The WebAssembly module could not be loaded: no such file",
      cause,
    });
    fake.loadError = undefined;
    await init(new Uint8Array());
    expect(isInitialized()).toBe(true);
  });
});
