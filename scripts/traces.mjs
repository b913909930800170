// npm run traces: writes src/engine/tests/traces.txt anew, after the engine was changed on purpose.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib/run.mjs";

const args = ["test", "--lib", "fifty_seeds_give_the_same_outputs"];
const { status, stdout, stderr } = spawnSync("cargo", args, { cwd: root, encoding: "utf8" });
const lines = stdout.match(/^\d+ [0-9a-f]{8}$/gm);
if (status !== 0 && !lines) {
  process.stderr.write(stderr + stdout);
  process.exit(1);
}
if (lines) writeFileSync(join(root, "src/engine/tests/traces.txt"), `${lines.join("\n")}\n`);
console.log(lines ? `${lines.length} traces written` : "the traces are as they were");
