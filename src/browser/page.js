// What the browser says of the device, of the network and of the page: a handful of optional reads
// and listeners, which are shorter here than across into wasm.

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
