// Builds the npm package into pkg/.
//
//   npm run build          optimised, as it is published
//   npm run build:dev      quick: no link-time optimisation, no wasm-opt
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { manifest } from "./lib/manifest.mjs";
import { root, run } from "./lib/run.mjs";
import { printSizes } from "./lib/sizes.mjs";
import { buildWasm } from "./lib/wasm.mjs";

const { dev } = parseArgs({ options: { dev: { type: "boolean", default: false } } }).values;
const pkg = join(root, "pkg");

await buildWasm({ dev });
await compileTypeScript();
copyWasm();
writeMetadata();
await printSizes(pkg);

async function compileTypeScript() {
  rmSync(join(pkg, "dist"), { recursive: true, force: true });
  await run(["tsc", "--project", "js/tsconfig.build.json"]);
}

function copyWasm() {
  rmSync(join(pkg, "wasm"), { recursive: true, force: true });
  cpSync(join(root, "js/wasm"), join(pkg, "wasm"), {
    recursive: true,
    filter: (file) => !basename(file).startsWith("."),
  });
}

function writeMetadata() {
  mkdirSync(pkg, { recursive: true });
  writeFileSync(join(pkg, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  for (const file of ["README.md", "LICENSE-MIT", "LICENSE-APACHE"]) {
    copyFileSync(join(root, file), join(pkg, file));
  }
}
