const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

/**
 * Loads the module again where that failed and a connection is wanted: what the engine does for
 * connections, before there is an engine. At once when the browser is online again. Only where
 * modules come over a network: in a browser, or a worker.
 */
export class LoadRetry {
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: (() => void) | undefined;

  /** Calls back a while after a failure, which is longer after each. */
  schedule(again: () => void): void {
    if (typeof globalThis.addEventListener !== "function") return;
    this.#giveUp();
    this.#again = again;
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.#failures, LONGEST_DELAY_MS);
    this.#failures += 1;
    this.#timer = setTimeout(this.#run, delay * (0.5 + Math.random() / 2));
    globalThis.addEventListener("online", this.#run);
  }

  /** Calls nobody back any more. */
  stop(): void {
    this.#giveUp();
    this.#failures = 0;
  }

  #giveUp(): void {
    if (this.#again === undefined) return;
    this.#again = undefined;
    clearTimeout(this.#timer);
    globalThis.removeEventListener("online", this.#run);
  }

  readonly #run = () => {
    const again = this.#again;
    this.#giveUp();
    again?.();
  };
}
