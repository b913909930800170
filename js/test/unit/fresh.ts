import { vi } from "vitest";

/** The package as just imported, with nothing loaded, over a fake engine of its own. */
export async function fresh() {
  vi.resetModules();
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
