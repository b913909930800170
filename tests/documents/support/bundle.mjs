// The examples as an app's bundler makes them, served as a site.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { root } from "../../../scripts/lib/run.mjs";
import { listening } from "../../e2e/support/listening.mjs";

const folder = fileURLToPath(new URL("..", import.meta.url));
const page = `<!doctype html><html lang="en"><title>documents</title>
<link rel="icon" href="data:,"></html>`;
const types = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

/**
 * Serves a page at `/`, and each example and prelude as a module at its own path below it.
 * Modules share their chunks, and with them the package's singletons.
 *
 * @param {Record<string, string>} env the app's environment when it was built
 */
export async function startSite(env) {
  const files = await bundle(env);
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, "http://page");
    const body = pathname === "/" ? page : (files.get(pathname) ?? wasm(pathname));
    response.statusCode = body ? 200 : 404;
    response.setHeader("content-type", types[extname(pathname) || ".html"] ?? "text/plain");
    response.end(body);
  });
  return { origin: await listening(server), close: () => server.close() };
}

async function bundle(env) {
  const variables = Object.entries({ NODE_ENV: "development", ...env }).map(([name, value]) => [
    `process.env.${name}`,
    JSON.stringify(value),
  ]);
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ["examples/**/*.ts*", "prelude/*.ts*"],
    outbase: ".",
    outdir: ".",
    // A chunk lies one folder deep, as a file of the package's `dist` does: it finds `../wasm`.
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    define: Object.fromEntries(variables),
    write: false,
    logLevel: "error",
  });
  return new Map(
    outputFiles.map(({ path, contents }) => [`/${relative(folder, path)}`, Buffer.from(contents)]),
  );
}

/** esbuild leaves the module where it is. */
function wasm(pathname) {
  const file = join(root, "pkg", pathname);
  return pathname.startsWith("/wasm/") && existsSync(file) ? readFileSync(file) : undefined;
}
