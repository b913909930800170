import { createConnection, createServer } from "node:net";
import { listening } from "../../e2e/support/listening.mjs";

/**
 * A TCP proxy in front of a server, as far away as `roundTripMs`: every byte arrives half of it
 * later, and a connection's first ones a whole one later still, for the handshake of TCP, which
 * cannot be delayed itself.
 *
 * @param {string} url of the server
 * @param {number} roundTripMs
 * @returns {Promise<{ url: string, close(): void }>}
 */
export async function startDelayProxy(url, roundTripMs) {
  const port = Number(new URL(url).port);
  const sockets = new Set();
  const server = createServer((near) => {
    const far = createConnection(port, "127.0.0.1");
    const handshake = new Promise((resolve) => setTimeout(resolve, roundTripMs));
    pass(near, far, roundTripMs / 2, handshake);
    pass(far, near, roundTripMs / 2, handshake);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => sockets.delete(socket));
    }
  });
  const proxy = { url: await listening(server), close };
  return proxy;

  function close() {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

function pass(from, to, delayMs, handshake) {
  const later = (action) => handshake.then(() => setTimeout(action, delayMs));
  from.on("data", (bytes) => later(() => to.writable && to.write(bytes)));
  from.once("end", () => later(() => to.end()));
}
