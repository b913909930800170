// A stand-in for a server of the plain plugin dialect, as its protocol is recorded: it knows
// nothing of what this project adds. Written with the official Socket.IO server.
import { startOfficialServer } from "./official-server.mjs";

/**
 * Starts one; it ends after the test. Tokens are `user:<id>`; the only room is `general`.
 *
 * @param {import("node:test").TestContext} t
 * @param {object} [options]
 * @param {() => Promise<unknown>} [options.lookUp] what it awaits after CONNECT, before it says
 * `connected` and hears anything
 * @param {boolean} [options.ackFirst] whether a message is acknowledged before it is sent around
 * @param {number} [options.port]
 */
export async function startPlainServer(t, { lookUp, ackFirst = false, port } = {}) {
  const server = await startOfficialServer(t, { port });
  const { io } = server;
  /** Packets that came before anybody listened: they are lost. */
  server.lost = [];
  /** Names of events in the order they came. */
  server.events = [];
  io.use((socket, next) => {
    const { token } = socket.handshake.auth;
    if (!token) return next(new Error("Authentication required"));
    const [, userId] = /^user:(.+)$/.exec(token) ?? [];
    socket.data.userId = userId;
    next(userId ? undefined : new Error("Invalid token"));
  });
  io.on("connection", async (socket) => {
    socket.onAny((event) => server.events.push(event));
    const tooEarly = (event) => server.lost.push(event);
    socket.prependAny(tooEarly);
    await (lookUp?.(socket) ?? new Promise(setImmediate));
    io.emit("presence:changed", {
      userId: socket.data.userId,
      status: "online",
      customStatus: null,
      customEmoji: null,
    });
    const serverTime = new Date().toISOString();
    socket.emit("connected", { socketId: socket.id, serverTime, protocolVersion: "1.0" });
    socket.offAny(tooEarly);
    handle(io, socket, { ackFirst });
  });
  return server;
}

function handle(io, socket, { ackFirst }) {
  const { userId } = socket.data;
  const inRoom = (roomName, ack, action) => {
    if (roomName === "general") return action();
    ack?.({ success: false, error: { code: "ROOM_NOT_FOUND", message: "Room not found" } });
  };
  socket.on("room:join", ({ roomName }, ack) =>
    inRoom(roomName, ack, () => {
      socket.join(roomName);
      ack?.({
        success: true,
        data: { roomName, memberCount: io.sockets.adapter.rooms.get(roomName).size },
      });
      socket.to(roomName).emit("user:joined", { roomName, userId });
    }),
  );
  socket.on("room:leave", ({ roomName }, ack) =>
    inRoom(roomName, ack, () => {
      socket.leave(roomName);
      ack?.({ success: true });
      socket.to(roomName).emit("user:left", { roomName, userId });
    }),
  );
  socket.on("message:send", ({ roomName, content, threadId, metadata }, ack) =>
    inRoom(roomName, ack, () => {
      const timestamp = new Date().toISOString();
      if (ackFirst) ack?.({ success: true });
      io.to(roomName).emit("message:new", {
        roomName,
        userId,
        content,
        threadId,
        timestamp,
        metadata,
      });
      if (!ackFirst) ack?.({ success: true });
    }),
  );
  socket.on("ping", () => socket.emit("pong", { timestamp: Date.now() }));
}
