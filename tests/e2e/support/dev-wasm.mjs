// The module of a development build: the only one that can be made to fail on purpose.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, targetDir } from "../../../scripts/lib/run.mjs";
import { buildWasm } from "../../../scripts/lib/wasm.mjs";

/** The folder of a module with `panicForTest`: the package's own, else one that is built. */
export async function wasmThatCanPanic() {
  const packaged = join(root, "pkg/wasm");
  const types = readFileSync(join(packaged, "nchat_realtime.d.ts"), "utf8");
  if (types.includes("panicForTest")) {
    return packaged;
  }
  const out = join(targetDir, "e2e-wasm");
  await buildWasm({ dev: true, out });
  return out;
}
