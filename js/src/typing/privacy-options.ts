import { definedOnly } from "../config.js";
import type { EngineHost } from "../engine-host.js";
import type { TypingPrivacySettings } from "./privacy.js";

const DEFAULTS: Readonly<TypingPrivacySettings> = Object.freeze({
  broadcastTyping: true,
  typingVisibility: "everyone",
});

/** Who may know that a client's user types: the same for all of its typing services. */
export class TypingPrivacyOptions {
  readonly #host: EngineHost;
  #isFiltering = true;
  #settings = DEFAULTS;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  get settings(): TypingPrivacySettings {
    return { ...this.#settings };
  }

  /** Lays settings over those given before; with `isFiltering` false none of them count. */
  lay(settings: Partial<TypingPrivacySettings>, isFiltering = this.#isFiltering): void {
    const given = definedOnly(settings);
    this.#isFiltering = isFiltering;
    this.#settings = { ...this.#settings, ...given };
    const isRestricted = this.#isFiltering && this.#settings.typingVisibility !== "everyone";
    this.#apply(!isRestricted);
    if (Object.keys(given).length > 0) this.#host.account.want(given, () => this.#apply(true));
  }

  /** Another user has set nothing yet. */
  forgetUser(): void {
    if (this.#settings === DEFAULTS) return;
    this.#settings = DEFAULTS;
    this.#apply(true);
  }

  /** Forgets all of it. */
  forget(): void {
    this.#isFiltering = true;
    this.#settings = DEFAULTS;
  }

  /** @param isKept - Whether the realtime server keeps it from those who may not see it. */
  #apply(isKept: boolean): void {
    const { broadcastTyping, typingVisibility } = this.#settings;
    const isTold = broadcastTyping && typingVisibility !== "nobody" && isKept;
    this.#host.configureService("typing", {
      broadcastTyping: isTold || !this.#isFiltering,
      restricted: this.#isFiltering && typingVisibility !== "everyone",
    });
  }
}
