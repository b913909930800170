// The package as it is packed, in one tiny app per bundler, run in Chromium. Needs pkg/.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { chromium } from "playwright-core";
import { rollup } from "rollup";
import { build as viteBuild } from "vite";
import webpack from "webpack";
import { chromiumPath } from "../../scripts/lib/chromium.mjs";
import { root } from "../../scripts/lib/run.mjs";
import { serveFolder } from "./support/serve-folder.mjs";

/** What every app does: loads the module, and says in its title what a fresh client is. */
const app = (entry) => `
import { init, RealtimeClient } from "${entry}";
try {
  await init();
  const client = new RealtimeClient();
  client.initialize({ url: "http://127.0.0.1:1" });
  document.title = "ready: " + client.state;
} catch (error) {
  document.title = "failed: " + error;
}
`;

let folder;
let browser;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "nchat-packaging-"));
  const options = { cwd: folder, encoding: "utf8", stdio: "pipe" };
  const [packed] = JSON.parse(execFileSync("npm", ["pack", join(root, "pkg"), "--json"], options));
  const installed = join(folder, "node_modules/nchat-realtime");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", packed.filename, "-C", installed, "--strip-components=1"], options);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "app.js"), app("nchat-realtime"));
  writeFileSync(join(folder, "app-inline.js"), app("nchat-realtime/inline"));
  browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a plain module script runs it without a bundler", async (t) => {
  const out = outputFolder("plain");
  cpSync(join(folder, "node_modules/nchat-realtime"), join(out, "nchat-realtime"), {
    recursive: true,
  });
  writeFileSync(join(out, "app.js"), app("./nchat-realtime/dist/index.js"));
  await assertRuns(t, out, "app.js");
});

test("Vite finds the module by itself", async (t) => {
  const out = outputFolder("vite");
  writeFileSync(join(folder, "index.html"), page("./app.js"));
  await viteBuild({
    root: folder,
    base: "./",
    logLevel: "silent",
    build: { outDir: out, emptyOutDir: false, target: "esnext" },
  });
  await assertRuns(t, out);
});

test("webpack finds the module by itself", async (t) => {
  const out = outputFolder("webpack");
  const compiler = webpack({
    mode: "production",
    context: folder,
    entry: "./app.js",
    experiments: { topLevelAwait: true },
    output: { path: out, filename: "app.js", publicPath: "./" },
  });
  const stats = await promisify(compiler.run.bind(compiler))();
  assert.deepEqual(stats.toJson().errors, []);
  await promisify(compiler.close.bind(compiler))();
  await assertRuns(t, out, "app.js");
});

test("esbuild carries the inlined module", async (t) => {
  const out = outputFolder("esbuild");
  await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ["app-inline.js"],
    bundle: true,
    format: "esm",
    outfile: join(out, "app.js"),
    logLevel: "silent",
  });
  await assertRuns(t, out, "app.js");
});

test("Rollup carries the inlined module", async (t) => {
  const out = outputFolder("rollup");
  const input = join(folder, "app-inline.js");
  const bundle = await rollup({ input, plugins: [resolvePackage()], onwarn: () => {} });
  await bundle.write({ file: join(out, "app.js"), format: "esm" });
  await bundle.close();
  await assertRuns(t, out, "app.js");
});

test("what shows presence is in a bundle only as far as the app takes it", async () => {
  const bundle = async (contents) => {
    const { outputFiles } = await esbuild.build({
      stdin: { contents, resolveDir: folder },
      bundle: true,
      format: "esm",
      write: false,
      logLevel: "silent",
    });
    return outputFiles[0].text;
  };
  const [preset, manner] = ["In a meeting", "Notifications paused"];
  const core = await bundle('export * from "nchat-realtime"');
  assert.ok(!core.includes(preset) && !core.includes(manner), "the core has none of it");
  const some = await bundle('export { activityStatus } from "nchat-realtime/presence"');
  assert.ok(some.includes(preset) && !some.includes(manner), "one preset brings no other");
  assert.ok(some.length < 10_000, `without the client: ${some.length} characters`);
});

/** Rollup resolves no packages without a plugin; this one knows just ours. */
function resolvePackage() {
  return {
    name: "resolve-package",
    resolveId: (source) =>
      source === "nchat-realtime/inline"
        ? join(folder, "node_modules/nchat-realtime/dist/inline.js")
        : null,
  };
}

function outputFolder(name) {
  const out = join(folder, "out", name);
  mkdirSync(out, { recursive: true });
  return out;
}

function page(script) {
  return `<!doctype html><title>starting</title><script type="module" src="${script}"></script>`;
}

/** Opens the built app; `script` is put on a page of its own where the bundler made none. */
async function assertRuns(t, out, script) {
  if (script) writeFileSync(join(out, "index.html"), page(`./${script}`));
  const site = await serveFolder(out);
  t.after(() => site.close());
  const tab = await browser.newPage();
  t.after(() => tab.close());
  await tab.goto(site.origin);
  await tab.waitForFunction(() => document.title !== "starting");
  assert.equal(await tab.title(), "ready: disconnected");
}
