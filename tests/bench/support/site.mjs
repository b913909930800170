// The pages of the benchmark, the package as it is published, and the official client's own build.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../../scripts/lib/run.mjs";
import { listening } from "../../e2e/support/listening.mjs";

const html = `<!doctype html><html lang="en"><title>bench</title><link rel="icon" href="data:,">
<script type="module">
  const { page } = Object.fromEntries(new URLSearchParams(location.search));
  globalThis.ready = import("/page/" + page + ".js").then((module) => module.ready);
</script></html>`;
const types = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const folders = {
  "/page/": fileURLToPath(new URL("../page/", import.meta.url)),
  "/pkg/": join(root, "pkg/"),
  "/socket.io/": join(root, "node_modules/socket.io-client/dist/"),
};

/**
 * Serves `/?page=<name>`, which runs `page/<name>.js`. Pages are isolated, for clocks of 5 µs.
 *
 * @returns {Promise<{ origin: string, close(): void }>}
 */
export async function startSite() {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://page").pathname);
    const body = path === "/" ? Buffer.from(html) : read(path);
    response.statusCode = body ? 200 : 404;
    response.setHeader("content-type", types[extname(path) || ".html"] ?? "text/plain");
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    response.end(body);
  });
  const origin = await listening(server);
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { origin, close };
}

const cache = new Map();

function read(path) {
  if (!cache.has(path)) {
    const folder = Object.keys(folders).find((prefix) => path.startsWith(prefix));
    const file = folder && join(folders[folder], path.slice(folder.length));
    cache.set(path, file && existsSync(file) ? readFileSync(file) : undefined);
  }
  return cache.get(path);
}
