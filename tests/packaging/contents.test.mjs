// What is in the package, and whether tools and runtimes can find it there. Needs pkg/: `npm run build`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { root } from "../../scripts/lib/run.mjs";

const pkg = join(root, "pkg");
const manifest = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));

test("the package has the version of the Rust workspace", () => {
  const [, version] = readFileSync(join(root, "Cargo.toml"), "utf8").match(/\nversion = "(.+)"/);
  assert.equal(manifest.version, version);
});

test("it packs what it is made of, and nothing else", () => {
  const [{ files }] = JSON.parse(npm("pack", pkg, "--dry-run", "--json"));
  const paths = files.map((file) => file.path);
  for (const path of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "dist/index.d.ts"]) {
    assert.ok(paths.includes(path), `${path} is missing`);
  }
  const expected = /^(package\.json|README\.md|LICENSE-\w+|(dist|wasm)\/.+\.(js|d\.ts|wasm))$/;
  assert.deepEqual(
    paths.filter((path) => !expected.test(path)),
    [],
  );
});

test("it names no folder of the machine that built it", () => {
  const module = readFileSync(join(pkg, "wasm/nchat_realtime_bg.wasm"), "latin1");
  for (const folder of [join(homedir(), ".cargo"), root]) {
    assert.ok(!module.includes(folder), folder);
  }
});

test("publint has nothing to say", async () => {
  const { messages } = await publint({ pkgDir: pkg, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, manifest)),
    [],
  );
});

test("every entry has types that TypeScript resolves", () => {
  const wasm = ["--exclude-entrypoints", "./nchat_realtime_bg.wasm"];
  npm("exec", "--", "attw", "--pack", pkg, "--profile", "esm-only", ...wasm);
});

test("what says that it runs on the client in the sources says so in the package", () => {
  const marked = readdirSync(join(root, "js/src"), { recursive: true })
    .filter((file) => /\.tsx?$/.test(file))
    .filter((file) => saysUseClient(join(root, "js/src", file)));
  assert.ok(marked.length > 0, "React's parts are marked");
  for (const file of marked) {
    const compiled = join(pkg, "dist", file.replace(/\.tsx?$/, ".js"));
    assert.ok(saysUseClient(compiled), `${compiled} does not begin with "use client"`);
  }
});

test("importing it in Node starts nothing and leaves nothing behind", () => {
  const script = `
    const before = Object.getOwnPropertyNames(globalThis).join();
    await import(${JSON.stringify(pathToFileURL(join(pkg, "dist/index.js")))});
    const added = Object.getOwnPropertyNames(globalThis).join() !== before;
    const busy = process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Immediate/.test(name));
    console.log(JSON.stringify({ added, busy }));`;
  const output = execFileSync("node", ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.deepEqual(JSON.parse(output), { added: false, busy: [] });
});

function saysUseClient(file) {
  return /^["']use client["']/.test(readFileSync(file, "utf8"));
}

function npm(...args) {
  return execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: "pipe" });
}
