// What the examples leave to the app around them. Importing it waits for the module.
import { init, type MessageEvent, realtimeClient } from "nchat-realtime";

interface Given {
  /** Who is signed in. */
  userId: string;
  /** A token that the server issued to them. */
  token: string;
}

declare global {
  var given: Given;
}

await init();

export const { userId, token } = globalThis.given;

export { realtimeClient };

/** Connects the signed-in user, and joins a room. */
export async function connectTo(roomName: string): Promise<void> {
  const joined = realtimeClient.joinChannel(roomName);
  await realtimeClient.connect(token);
  await joined;
}

/** What the app's users were shown. */
export const toasts: string[] = [];

export function showToast(text: string): void {
  toasts.push(text);
}

/** The next message that the package's client hears. */
export function nextMessage(): Promise<MessageEvent> {
  return new Promise((resolve) => {
    realtimeClient.once("message:new", resolve);
  });
}
