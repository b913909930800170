// The official Socket.IO server, in the test's own process, and what it saw of each connection.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { Server } from "socket.io";
import { listening } from "./listening.mjs";
import { until } from "./until.mjs";

/**
 * How a connection is carried: the client's option, and what the server is to see of it.
 *
 * @typedef {object} Carrier
 * @property {string} name
 * @property {("websocket" | "polling")[]} transports
 * @property {"websocket" | "polling"} first the transport of the handshake
 * @property {"websocket"} [upgradedTo]
 */

/** @type {Record<"websocket" | "polling" | "upgrade", Carrier>} */
export const carriers = {
  websocket: { name: "over WebSocket", transports: ["websocket"], first: "websocket" },
  polling: { name: "over polling only", transports: ["polling"], first: "polling" },
  upgrade: {
    name: "over polling with upgrade",
    transports: ["polling", "websocket"],
    first: "polling",
    upgradedTo: "websocket",
  },
};

/**
 * Starts a server; it ends after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {Partial<import("socket.io").ServerOptions> & { port?: number }} [options]
 */
export async function startOfficialServer(t, { port = 0, ...options } = {}) {
  const http = createServer();
  const io = new Server(http, { cors: { origin: "*" }, ...options });
  /** Every Engine.IO connection, in the order of handshakes. */
  const seen = [];
  io.engine.on("connection", (socket) => {
    const connection = { first: socket.transport.name, upgradedTo: undefined };
    seen.push(connection);
    socket.on("upgrade", (transport) => {
      connection.upgradedTo = transport.name;
    });
  });
  const url = await listening(http, port);
  const server = {
    io,
    http,
    url,
    port: http.address().port,
    seen,
    /** The next socket of a namespace. */
    async nextSocket(namespace = "/") {
      const [socket] = await once(io.of(namespace), "connection");
      return socket;
    },
    /** Ends it as a crash does: every connection is cut, nothing is said. */
    async stop() {
      const closed = once(http, "close");
      http.close();
      io.engine.close();
      http.closeAllConnections();
      await closed;
    },
    /** Asserts how every connection so far was carried; waits for an upgrade that was meant. */
    async assertCarriedBy({ first, upgradedTo }) {
      if (upgradedTo) {
        await until(() => seen.every((one) => one.upgradedTo), "the server sees the upgrade");
      }
      assert.ok(seen.length > 0, "there was a connection");
      for (const connection of seen) {
        assert.deepEqual(connection, { first, upgradedTo });
      }
    },
  };
  t.after(() => http.listening && server.stop());
  return server;
}
