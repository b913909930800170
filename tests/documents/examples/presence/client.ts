// Usage of the client: options, connection, events, a request.
import { type MessageEvent, realtimeClient } from "nchat-realtime";
import "../../prelude/given";

realtimeClient.initialize({
  url: "http://realtime.localhost:3101",
  debug: true,
});

await realtimeClient.connect("user:123");

export const heard: MessageEvent[] = [];
export const stopListening = realtimeClient.on("message:new", (data) => {
  heard.push(data);
});

realtimeClient.emit("typing:start", { channelId: "ch-1" });

export const answer = await realtimeClient.emitAsync("channel:join", { channelId: "ch-1" });
