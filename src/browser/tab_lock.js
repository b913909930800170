// The lock among the tabs of one namespace. Waiting for it, holding it and giving it back are one
// promise that the browser holds: shorter here than across into wasm.

// What is told. The numbers are those of the WebAssembly side.
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
