import { join } from "node:path";
import { root } from "../../../scripts/lib/run.mjs";
import { packageSizes } from "../../../scripts/lib/sizes.mjs";
import { spread } from "../support/rounds.mjs";

/** The package as it is sent: wasm and JavaScript, without React's parts. */
export async function size() {
  const { both } = await packageSizes(join(root, "pkg"));
  return Object.entries(both).map(([kind, bytes]) => ({
    name: `package, ${kind}`,
    unit: "kB",
    sides: { ours: spread([bytes / 1_000]) },
    atMost: kind === "brotli" ? 90 : undefined,
  }));
}
