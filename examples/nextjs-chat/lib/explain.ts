import { isRealtimeError } from "nchat-realtime";

const TEXTS: Readonly<Record<string, string>> = {
  CLIENT_CRASHED: "the chat has stopped: load this page again",
  FORBIDDEN: "you may not do that here",
  INIT_FAILED: "the chat could not be loaded",
  NOT_CONNECTED: "there is no connection",
  NOT_IN_ROOM: "you are not in this room",
  PAYLOAD_TOO_LARGE: "it is too long",
  QUEUE_FULL: "too much is waiting already",
  RATE_LIMITED: "too many requests: wait a moment",
  RECORD_CORRUPT: "something that this browser kept was damaged, and is set aside",
  ROOM_EXISTS: "a room of this name exists already, and is not open to you",
  ROOM_FULL: "the room is full",
  SCHEMA_TOO_NEW: "a newer version of this page is open: load this one again",
  STALE_VERSION: "the message was changed elsewhere meanwhile",
  STORAGE_BUSY: "another tab keeps what is stored here: close it",
  STORAGE_FULL: "this browser's storage is full",
  STORAGE_LOST: "the browser lost what it kept: messages that waited may be gone",
  TIMEOUT: "the server did not answer in time",
  TOKEN_UNAVAILABLE: "the server gives no token",
  UNKNOWN_OUTCOME: "the connection was lost, and it may or may not have arrived",
};

/** With these a message is not even queued. */
const UNQUEUED: readonly string[] = ["CLIENT_CRASHED", "INIT_FAILED", "QUEUE_FULL"];

/** A code of the package's errors in words, to stand after a colon; `otherwise` for one not listed. */
export function explainCode(code: string, otherwise = "something went wrong"): string {
  return TEXTS[code] ?? otherwise;
}

/** What went wrong, as a sentence. */
export function explain(error: unknown, { room }: { room: string }): string {
  if (!isRealtimeError(error)) return "Something went wrong.";
  if (error.code === "ROOM_NOT_FOUND") return `There is no room called “${room}”.`;
  return `That did not work: ${explainCode(error.code, error.message)}.`;
}

/** Whether the app itself took a message back, so that there is nothing to say. */
export function wasTakenBack(error: unknown): boolean {
  return isRealtimeError(error) && error.code === "CANCELLED";
}

/** Whether a message was not even queued, so that no row of the conversation has it. */
export function wasNotQueued(error: unknown): boolean {
  return isRealtimeError(error) && UNQUEUED.includes(error.code);
}
