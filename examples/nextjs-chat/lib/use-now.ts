import { useSyncExternalStore } from "react";

const MINUTE = 60_000;

/** The time in ms since 1970, by the minute: texts like "5m ago" get old. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read, readOnServer);
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all that is shown. */
function subscribe(notify: () => void): () => void {
  listeners.add(notify);
  timer ??= setInterval(() => {
    for (const listener of listeners) listener();
  }, MINUTE);
  return () => {
    listeners.delete(notify);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Rounded up: what just happened is past. */
function read(): number {
  return Math.ceil(Date.now() / MINUTE) * MINUTE;
}

function readOnServer(): number {
  return 0;
}
