import { once } from "node:events";

/**
 * Starts a server on 127.0.0.1.
 *
 * @param {import("node:net").Server} server
 * @param {number} [port] 0 takes a free one
 * @returns {Promise<string>} its address: `http://127.0.0.1:<port>`
 */
export async function listening(server, port = 0) {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
}
