import type { RealtimeError } from "./types.js";

interface ErrorOptions {
  cause?: unknown;
  details?: RealtimeError["details"];
  retryable?: boolean;
}

/**
 * Whether a caught value is an error of this package: an `Error` with a stable `code`, a
 * `message` for people, `retryable` (whether the same call can succeed later as it is), and
 * perhaps `details`. There is no class to test with `instanceof`, because most of them are made
 * inside the WebAssembly module.
 */
export function isRealtimeError(value: unknown): value is Error & RealtimeError {
  return (
    value instanceof Error &&
    typeof (value as Partial<RealtimeError>).code === "string" &&
    typeof (value as Partial<RealtimeError>).retryable === "boolean"
  );
}

/** An error of this package that arises on the JavaScript side. */
export function realtimeError(
  code: string,
  message: string,
  { cause, details, retryable = false }: ErrorOptions = {},
): Error & RealtimeError {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  return Object.assign(error, { code, retryable }, details === undefined ? {} : { details });
}

/** The call needs the WebAssembly module, which is not there yet. */
export function notInitialized(): Error & RealtimeError {
  return realtimeError(
    "NOT_INITIALIZED",
    "The WebAssembly module is not loaded yet: `await init()` (or `await client.connect()`) first",
  );
}

/** The module failed inside: the instance answers nothing any more until `recover()`. */
export function clientCrashed(cause?: unknown): Error & RealtimeError {
  return realtimeError("CLIENT_CRASHED", "The client failed; call recover()", { cause });
}

/** The client was destroyed before the call could take effect. */
export function destroyed(): Error & RealtimeError {
  return realtimeError("DESTROYED", "The client was destroyed");
}

/** What a trap or a failed borrow inside the module turns into; any other error stays itself. */
export function isModuleFailure(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

/** Does what nobody asked for just now: where the client crashed it is off, and that was told already. */
export function unlessCrashed(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!isRealtimeError(error) || error.code !== "CLIENT_CRASHED") throw error;
  }
}

/** Whether a call failed only because the app itself took it back. */
export function wasTakenBack({ code }: RealtimeError): boolean {
  return code === "CANCELLED" || code === "DESTROYED";
}

/**
 * Reports what a listener threw, as the browser reports what a DOM listener throws: to
 * `window.onerror` and the console, without stopping anything.
 */
export function reportException(error: unknown): void {
  if (typeof reportError === "function") {
    reportError(error);
  } else {
    // biome-ignore lint/suspicious/noConsole: outside a browser this is the only place for it
    console.error(error);
  }
}

/**
 * Reports why a connection failed that nobody waits for: not what the app itself gave up, nor what
 * is shown as the connection's error for all to see.
 */
export function reportFailedConnection(error: unknown, shown: { code: string } | undefined): void {
  const isSeen = isRealtimeError(error) && (wasTakenBack(error) || error.code === shown?.code);
  if (!isSeen) reportException(error);
}
