// Static files, and nothing else: what is left of a site while its realtime server is down.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { listening } from "./listening.mjs";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/**
 * Serves a folder on a port of 127.0.0.1, and answers 502 for everything that is not in it.
 *
 * @param {string} folder
 * @param {number} port
 * @returns {Promise<() => Promise<void>>} ends it
 */
export async function serveFiles(folder, port) {
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, "http://files");
    const path = join(folder, pathname === "/" ? "index.html" : pathname);
    const body = existsSync(path) ? readFileSync(path) : undefined;
    response.statusCode = body ? 200 : 502;
    response.setHeader("content-type", types[extname(path)] ?? "text/plain");
    response.end(body);
  });
  await listening(server, port);
  return async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
}
