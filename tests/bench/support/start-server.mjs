import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/**
 * Starts the server of both sides.
 *
 * @returns {Promise<{ url: string, close(): void }>}
 */
export async function startServer() {
  const child = fork(fileURLToPath(new URL("server.mjs", import.meta.url)));
  const [url] = await once(child, "message");
  return { url, close: () => child.disconnect() };
}
