// What the driver needs of the browser and is shorter here than across into wasm: word of the device,
// the network and the page, the lock among tabs, and the requests of long polling.
//
// One file: see `a_page_of_tests_loads_no_more_modules_at_once_than_its_server_has_threads`.

const SHELLS = ["__TAURI__", "__TAURI_INTERNALS__", "electron"];
const ACTIVITY = ["pointerdown", "pointermove", "keydown", "touchstart", "scroll", "wheel"];
const ACTIVITY_PERIOD_MS = 1000;

// What is noticed. The numbers are those of the WebAssembly side.
const OFFLINE = 0;
const ONLINE = 1;
const SHOWN = 2;
const HIDDEN = 3;
const RESUMED = 4;
const ACTIVE = 5;

/** What tells the kind of device. */
export function facts() {
  const { userAgent, userAgentData, maxTouchPoints } = globalThis.navigator ?? {};
  const { platform, brands } = userAgentData ?? {};
  const { brand, version } = product(brands) ?? {};
  const isShell = SHELLS.some((name) => name in globalThis);
  return { userAgent, platform, brand, version, maxTouchPoints, isShell };
}

/** The brand that is a product's name: not the made-up one, and not the engine's if another is. */
function product(brands) {
  if (!Array.isArray(brands)) return undefined;
  const isReal = (entry) => typeof entry?.brand === "string" && !entry.brand.includes("Brand");
  const real = brands.filter(isReal);
  return real.find(({ brand }) => brand !== "Chromium") ?? real[0];
}

/** True where nothing is said of it. */
export function isOnline() {
  return globalThis.navigator?.onLine ?? true;
}

/** Whether there is a page, and it is not seen. */
export function isHidden() {
  return globalThis.document?.hidden ?? false;
}

/** Calls back with what is noticed, and answers what ends that. */
export function watch(notice) {
  const ends = [];
  const listen = (target, name, listener, isCapture = false) => {
    const options = { passive: true, capture: isCapture };
    // A server has no page, and a worker no document.
    target?.addEventListener?.(name, listener, options);
    ends.push(() => target?.removeEventListener?.(name, listener, options));
  };
  const { document } = globalThis;
  listen(globalThis, "online", () => notice(ONLINE));
  listen(globalThis, "offline", () => notice(OFFLINE));
  listen(globalThis, "pageshow", () => notice(RESUMED));
  listen(document, "resume", () => notice(RESUMED));
  listen(document, "visibilitychange", () => {
    notice(document.hidden ? HIDDEN : SHOWN);
    if (!document.hidden) notice(RESUMED);
  });
  if (document) {
    const active = atMostOnce(ACTIVITY_PERIOD_MS, () => notice(ACTIVE));
    for (const name of ACTIVITY) listen(globalThis, name, active, true);
  }
  return () => {
    for (const end of ends) end();
  };
}

/** A listener that lets an event pass only if a period has gone since the last one. */
function atMostOnce(periodMs, pass) {
  let last = Number.NEGATIVE_INFINITY;
  return ({ timeStamp }) => {
    if (timeStamp - last < periodMs) return;
    last = timeStamp;
    pass();
  };
}

// What is told of a lock. The numbers are those of the WebAssembly side.
const GRANTED = 0;
const LOST = 1;
const UNAVAILABLE = 2;

/** One tab's place in the queue for a lock, or its hold on it. */
export class TabLock {
  #name;
  #tell;
  /** Gives the lock back or leaves the queue; true where it was held. */
  #leave;
  /** Asked for while the page was in the back-forward cache. */
  #isAwaited = false;
  #isCached = false;

  constructor(name, tell) {
    this.#name = name;
    this.#tell = tell;
    // A server has no pages.
    globalThis.addEventListener?.("pagehide", this.#hide);
    globalThis.addEventListener?.("pageshow", this.#show);
  }

  /** Queues for the lock, or takes it from whoever holds it. */
  request(steal) {
    this.release();
    if (this.#isCached) this.#isAwaited = true;
    else this.#leave = enqueue(this.#name, steal, this.#tell);
  }

  release() {
    this.#isAwaited = false;
    const wasHeld = this.#leave?.();
    this.#leave = undefined;
    return wasHeld;
  }

  close() {
    this.release();
    globalThis.removeEventListener?.("pagehide", this.#hide);
    globalThis.removeEventListener?.("pageshow", this.#show);
  }

  /** A page that holds a lock, or waits for one, is not kept for the way back. */
  #hide = ({ persisted }) => {
    if (!persisted) return;
    const wasWanted = this.#leave !== undefined || this.#isAwaited;
    const wasHeld = this.release();
    this.#isCached = true;
    this.#isAwaited = wasWanted && !wasHeld;
    if (wasHeld) this.#tell(LOST);
  };

  #show = () => {
    this.#isCached = false;
    if (this.#isAwaited) this.request(false);
  };
}

function enqueue(name, steal, tell) {
  const abort = new AbortController();
  let isOver = false;
  let release;
  const hold = () => {
    // Left in the instant in which it was granted.
    if (isOver) return undefined;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    tell(GRANTED);
    return held;
  };
  const fail = () => {
    if (isOver) return;
    isOver = true;
    tell(release ? LOST : UNAVAILABLE);
  };
  // `steal` and `signal` exclude each other; what is stolen is granted without a wait.
  const options = steal ? { steal } : { signal: abort.signal };
  // Where there are no locks it throws, and rejects as well here.
  const ask = async () => navigator.locks.request(name, options, hold);
  ask().catch(fail);
  return () => {
    isOver = true;
    abort.abort();
    release?.();
    return release !== undefined;
  };
}

/** The requests of one transport. */
export class Requests {
  #abort = new AbortController();

  /**
   * The text of the answer. Rejects with a text for people, without the address: its query is the
   * app's.
   */
  async send(url, method, body) {
    let status;
    try {
      const { signal } = this.#abort;
      // In pages and in workers alike.
      const response = await fetch(url, { method, body, cache: "no-store", signal });
      if (response.ok) return await response.text();
      status = response.status;
    } catch {
      throw "the request failed";
    }
    throw `the server answered with status ${status}`;
  }

  abort() {
    this.#abort.abort();
  }
}
