import { vi } from "vitest";

/** What Node reads the packaged module with: these tests run before it is built. */
const disk = { readFile: async () => new Uint8Array([0]) };

/** The package as just imported, with nothing loaded, over a fake engine of its own, without a network. */
export async function fresh() {
  vi.resetModules();
  vi.stubGlobal("WebSocket", undefined);
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(disk as never);
  const { fake } = await import("../fake/nchat_realtime.js");
  const lib = await import("../../src/index.js");
  return { fake, ...lib };
}

/** The same with a client whose engine is there. */
export async function connected() {
  const lib = await fresh();
  const client = new lib.RealtimeClient();
  await client.connect("a token");
  return { ...lib, client, engine: lib.fake.engine };
}
