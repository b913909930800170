// A plain page that loads the package, served as static files: no bundler, no framework.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../../scripts/lib/run.mjs";
import { listening } from "./listening.mjs";

const pkg = join(root, "pkg");
const support = fileURLToPath(new URL(".", import.meta.url));
const page = `<!doctype html><html lang="en"><title>e2e</title>
<link rel="icon" href="data:,"><script type="module" src="/support/page.js"></script></html>`;
const types = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

/**
 * Serves the page at `/`, and the package's files below it.
 *
 * @param {{ wasm?: string }} [options] another folder for the module and its glue
 * @returns {Promise<{ origin: string, close(): void }>}
 */
export async function startSite({ wasm = join(pkg, "wasm") } = {}) {
  const files = new Map([["/", Buffer.from(page)]]);
  const read = (path) => {
    if (!files.has(path)) {
      const file = fileOf(path, wasm);
      files.set(path, existsSync(file) ? readFileSync(file) : undefined);
    }
    return files.get(path);
  };
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://page").pathname);
    const body = read(path);
    response.statusCode = body ? 200 : 404;
    response.setHeader("content-type", types[extname(path) || ".html"] ?? "text/plain");
    response.end(body);
  });
  return { origin: await listening(server), close: () => server.close() };
}

function fileOf(path, wasm) {
  for (const [prefix, folder] of [
    ["/support/", support],
    ["/wasm/", wasm],
  ]) {
    if (path.startsWith(prefix)) {
      return join(folder, path.slice(prefix.length));
    }
  }
  return join(pkg, path);
}
