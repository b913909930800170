// The official Socket.IO client on our server, by the summary's events.
import { io } from "socket.io-client";
import { token } from "../../prelude/given";

const socket = io("http://localhost:3101", {
  auth: { token },
});

export const connectedAs = new Promise<string>((resolve) => {
  socket.on("connected", (data) => resolve(data.socketId));
});
export const isThatSocket = connectedAs.then((socketId) => socketId === socket.id);

const joined = new Promise<boolean>((resolve) => {
  socket.emit("room:join", { roomName: "general" }, (answer: { success: boolean }) => {
    resolve(answer.success);
  });
});

socket.emit("message:send", {
  roomName: "general",
  content: "said with the official client",
});

const heard = new Promise<{ content: string }>((resolve) => {
  socket.on("message:new", (data) => resolve(data));
});

export const hasJoined = await joined;
export const { content } = await heard;
