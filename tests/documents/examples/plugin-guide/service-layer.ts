// The client without React, by the guide's names.
import { realtimeClient } from "nchat-realtime";
import { token, userId } from "../../prelude/given";

await realtimeClient.connect(userId, token);

realtimeClient.joinChannel("channel-123");

export const firstMessage = new Promise((resolve) => {
  realtimeClient.on("message", (message) => resolve(message));
});

realtimeClient.sendTyping("channel-123", true);

realtimeClient.updatePresence("online");

export function leave(): void {
  realtimeClient.disconnect();
}
