import { readFile } from "node:fs/promises";
import { expect, it, vi } from "vitest";

const file = new URL("../../wasm/nchat_realtime_bg.wasm", import.meta.url);

it("loads the packaged module without an argument", async () => {
  const { init, isInitialized, RealtimeClient } = await import("../../src/index.js");
  await init();
  expect(isInitialized()).toBe(true);
  const client = new RealtimeClient();
  client.updateToken("t");
  expect(client.connection).toMatchObject({ state: "disconnected", isConnected: false });
  expect(() => client.initialize({ url: "not a url" })).toThrow(
    expect.objectContaining({ code: "VALIDATION_ERROR" }),
  );
  client.destroy();
});

it("takes the module's bytes, or a compiled module", async () => {
  for (const source of [readFile(file), WebAssembly.compile(await readFile(file))]) {
    vi.resetModules();
    const { init, isInitialized } = await import("../../src/index.js");
    await init(source);
    expect(isInitialized()).toBe(true);
  }
});
