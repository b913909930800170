import { expect, it, vi } from "vitest";
import { fresh } from "./fresh.js";

vi.mock("../../wasm/inline.js", () => ({ default: btoa("\0asm") }));

it("loads the module that it carries, and nothing else", async () => {
  const { fake } = await fresh();
  const { init } = await import("../../src/inline.js");
  expect(fake.loads).toEqual([]);
  await init();
  expect(fake.loads).toEqual([new Uint8Array([0, 97, 115, 109])]);
  expect(process.getBuiltinModule).not.toHaveBeenCalled();
});
