import type { RealtimeClient as Engine } from "../wasm/nchat_realtime.js";
import { endEngine } from "./engine-parts.js";
import { clientCrashed, isModuleFailure, isRealtimeError } from "./errors.js";

/**
 * Engines whose users have logged out. Each lives, unheard, until nothing is stored of its user,
 * whatever becomes of the client meanwhile.
 */
export class Logouts {
  /** Those that another tab keeps from it: they know when it is done after all. */
  readonly #hindered = new Set<Engine>();

  /** Logs the user of an engine out. Resolves once nothing is stored of them, nor of users before. */
  async begin(engine: Engine): Promise<void> {
    await Promise.all([engine, ...this.#hindered].map((one) => this.#logOut(one)));
  }

  /** Waits no longer for other tabs. */
  giveUp(): void {
    for (const engine of this.#hindered) endEngine(engine);
    this.#hindered.clear();
  }

  async #logOut(engine: Engine): Promise<void> {
    this.#hindered.delete(engine);
    try {
      await engine.logout();
    } catch (error) {
      if (isRealtimeError(error) && error.code === "STORAGE_BUSY") this.#hindered.add(engine);
      throw isModuleFailure(error) ? clientCrashed(error) : error;
    } finally {
      if (!this.#hindered.has(engine)) endEngine(engine);
    }
  }
}
