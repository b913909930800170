// Compiles the crate to wasm and its JavaScript glue.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root, run, targetDir } from "./run.mjs";
import { withShortNames } from "./wasm-names.mjs";
import { namedInOrder } from "./wasm-order.mjs";

/** What the compiler emits for this target; `--all-features` makes a module that Chromium refuses. */
const wasmFeatures = [
  "--enable-bulk-memory",
  "--enable-multivalue",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-sign-ext",
];

/**
 * A browser compiles each function at its first call, so a client starts sooner with fewer of them. But what
 * is sent, compressed, grows when a larger one is inlined, even where it has a single caller.
 *
 * What is assumed holds: Rust looks before it divides or reads, so neither traps; and the lowest addresses
 * are the far end of the stack.
 */
const optimisation = [
  "-O3",
  "--ignore-implicit-traps",
  "--low-memory-unused",
  "--always-inline-max-function-size=6",
  "--one-caller-inline-max-function-size=30",
  "--flexible-inline-max-function-size=0",
  // Each of them makes a smaller module, and a larger one once that is compressed: what it joins or
  // moves was alike in many places before.
  "--skip-pass=local-cse",
  "--skip-pass=code-folding",
  "--skip-pass=simplify-locals",
  // What an address is a multiple of is a hint that no browser takes; left out, it is the same everywhere.
  "--dealign",
  ...wasmFeatures,
];

/**
 * Has Chromium compile the glue's functions beside its download, instead of each at its first
 * call: a client's start calls most of them. A bundle's author decides that for the bundle.
 */
const compileEarly = "//# allFunctionsCalledOnLoad\n";

/** A panic says its place: dependencies' by their name, and not by where this machine keeps them. */
const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
const withoutPaths = `--remap-path-prefix=${cargoHome}=`;

/**
 * Brings a folder up to date: glue, types and module as wasm-bindgen makes them for the `web`
 * target, and the module inlined as base64 for the `./inline` entry.
 *
 * @param {object} options
 * @param {boolean} options.dev unoptimised, for a quick build
 * @param {string} [options.out] the folder; js/wasm, from where the package takes it
 */
export async function buildWasm({ dev, out = join(root, "js/wasm") }) {
  const module = join(out, "nchat_realtime_bg.wasm");
  const stamp = join(out, ".built-from");
  const profile = dev ? "dev" : "wasm-release";
  const triple = "wasm32-unknown-unknown";
  const env = dev ? {} : { CARGO_ENCODED_RUSTFLAGS: withoutPaths };
  await run(["cargo", "build", "--lib", "--target", triple, "--profile", profile], { env });

  const folder = dev ? "debug" : profile;
  const compiled = join(targetDir, triple, folder, "nchat_realtime.wasm");
  const hash = createHash("sha256").update(profile).update(readFileSync(compiled));
  for (const script of ["wasm.mjs", "wasm-names.mjs", "wasm-order.mjs"]) {
    hash.update(readFileSync(new URL(script, import.meta.url)));
  }
  const source = hash.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === source) {
    return;
  }
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const names = ["--out-dir", out, "--out-name", "nchat_realtime"];
  const sections = dev ? [] : ["--remove-name-section", "--remove-producers-section"];
  // js/src/init.ts names the module itself: a second address in the glue would have it emitted twice.
  const target = ["--target", "web", "--omit-default-module-path"];
  await run(["wasm-bindgen", ...target, ...names, ...sections, compiled]);
  if (!dev) await shrink(out, module);
  const glue = join(out, "nchat_realtime.js");
  writeFileSync(glue, compileEarly + readFileSync(glue, "utf8"));
  inline(out);
  writeFileSync(stamp, source);
}

async function shrink(out, module) {
  const short = withShortNames(readFileSync(module), "./nchat_realtime_bg.js");
  writeFileSync(module, short.module);
  for (const file of ["nchat_realtime.js", "nchat_realtime.d.ts", "nchat_realtime_bg.wasm.d.ts"]) {
    const text = readFileSync(join(out, file), "utf8");
    writeFileSync(join(out, file), short.rename(text));
  }
  await run(["wasm-opt", ...optimisation, module, "-o", module]);
  writeFileSync(module, namedInOrder(readFileSync(module)));
  await run(["wasm-opt", "--reorder-functions-by-name", ...wasmFeatures, module, "-o", module]);
}

function inline(out) {
  const base64 = readFileSync(join(out, "nchat_realtime_bg.wasm")).toString("base64");
  writeFileSync(join(out, "inline.js"), `export default ${JSON.stringify(base64)};\n`);
  writeFileSync(
    join(out, "inline.d.ts"),
    "/** The wasm module, in base64. */\ndeclare const base64: string;\nexport default base64;\n",
  );
}
