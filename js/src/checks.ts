import { realtimeError } from "./errors.js";
import type { RealtimeError, TokenSource } from "./types.js";

/**
 * A string argument, for the WebAssembly side: its glue copies what it is given unseen, and
 * anything but a string would spoil the module's memory.
 *
 * @throws `VALIDATION_ERROR`
 */
export function checkedText(value: unknown, what: string): string {
  if (typeof value !== "string") throw refused(`${what} has to be a string`);
  return value;
}

/** A token, or what gives one. @throws `VALIDATION_ERROR` */
export function checkedToken(value: unknown): TokenSource {
  if (typeof value === "string" || typeof value === "function") return value as TokenSource;
  throw refused("a token is a string, or a function that gives one or a promise of one");
}

/** The longest id that servers take, in characters. */
const MAX_USER_ID_CHARS = 255;

/** Whether a value can be a user's id. One that cannot has the server refuse all that are asked for together with it. */
export function isUserId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && [...value].length <= MAX_USER_ID_CHARS;
}

/** A duration in milliseconds; its range is checked by the engine. @throws `VALIDATION_ERROR` */
export function checkedDuration(value: unknown): number {
  if (typeof value !== "number") throw refused("a time-out is a number of milliseconds");
  return value;
}

/** A copy of an options object: what its getters throw is found here. @throws `VALIDATION_ERROR` */
export function checkedOptions<T extends object>(value: T | null): Partial<T> {
  if (typeof value !== "object") throw refused("options are an object");
  try {
    return { ...value };
  } catch (cause) {
    throw refused("the options cannot be read", cause);
  }
}

/** The refusal of an argument. */
export function refused(message: string, cause?: unknown): Error & RealtimeError {
  return realtimeError("VALIDATION_ERROR", message, { cause });
}
