// The server of both sides: the official one, in a process of its own.
//
// It knows what our client asks of a chat server, answers `echo`, greets every socket, and on
// `flood` writes frames that were rendered before.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { listening } from "../../e2e/support/listening.mjs";
import { authenticated, capabilities, Frames, roomJoined } from "../page/frames.js";

/** Frames written before the event loop goes on. */
const framesATurn = 100;

const http = createServer();
const io = new Server(http, { cors: { origin: "*" }, perMessageDeflate: false });

io.on("connection", (socket) => {
  const frames = new Frames();
  let rendered = [];
  socket.emit("hello");
  socket.emit("connected", { socketId: socket.id, capabilities });
  socket.emit("authenticated", authenticated);
  socket.on("echo", (data, ack) => ack(data));
  socket.on("ping", (data, ack) => ack?.(data));
  socket.on("room:join", (data, ack) => ack(roomJoined(data.roomName)));
  socket.on("render", (options, ack) => {
    rendered = frames.render(options);
    ack();
  });
  socket.on("flood", async (...args) => {
    const carrier = socket.conn.transport.socket;
    for (const [index, frame] of rendered.entries()) {
      carrier.send(frame);
      if (index % framesATurn === framesATurn - 1) await new Promise(setImmediate);
    }
    args.at(-1)();
  });
});

process.send(await listening(http));
process.once("disconnect", () => process.exit());
