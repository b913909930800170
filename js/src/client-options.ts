import { checkedOptions } from "./checks.js";
import { defaultUrl, definedOnly, featureDefaults } from "./config.js";
import type { ServiceOptions } from "./engine-parts.js";
import type { RealtimeClientConfig, TokenSource } from "./types.js";

/** Options as the engine takes them: the token goes with `connect`. */
export type EngineConfig = Omit<RealtimeClientConfig, "token">;

/** The options of one client, laid over each other as they were given. */
export class ClientOptions {
  token: TokenSource | undefined;
  #config: EngineConfig = {};
  #services: Partial<ServiceOptions> = {};
  /** Whom the server named last. */
  #userId: string | undefined;

  /** What was given of the engine's own options. */
  get config(): EngineConfig {
    return this.#config;
  }

  /** What was given of its services', and what the environment switches off. */
  get services(): Partial<ServiceOptions> {
    if (featureDefaults().autoSync) return this.#services;
    return { ...this.#services, sync: { autoSyncOnReconnect: false, ...this.#services.sync } };
  }

  /** The server's address; the default one where none was given. */
  get url(): string {
    return this.#config.url ?? defaultUrl();
  }

  /** Whose client it is: whom the server named last, else whom the app did; empty where neither did. */
  get userId(): string {
    return this.#userId ?? this.#config.userId ?? "";
  }

  /** Lays options over those given before, as soon as `use` has taken those that are set. */
  lay(config: RealtimeClientConfig, use: (given: EngineConfig) => void): void {
    const { token, ...given } = checkedOptions(config);
    const options = definedOnly(given);
    use(options);
    this.#config = { ...this.#config, ...options };
    this.token = token ?? this.token;
  }

  /** As {@link lay}, for one of the services. Nothing is used where nothing is set. */
  layService<K extends keyof ServiceOptions>(
    service: K,
    config: ServiceOptions[K],
    use: (given: Partial<ServiceOptions>) => void,
  ): void {
    const options = definedOnly(checkedOptions(config));
    if (Object.keys(options).length === 0) return;
    use({ [service]: options });
    this.#services = { ...this.#services, [service]: { ...this.#services[service], ...options } };
  }

  /** Forgets whether reading is told: the next engine has the default. */
  forgetReading(): void {
    const { allowReadReceipts: _, ...delivery } = this.#services.delivery ?? {};
    this.#services = { ...this.#services, delivery };
  }

  /** The server said who it is; undefined where it has not said so of the user that the app names. */
  named(userId: string | undefined): void {
    this.#userId = userId;
  }

  /** Forgets who it was, with their token. */
  forgetUser(): void {
    const { userId: _, ...config } = this.#config;
    this.#config = config;
    this.#userId = undefined;
    this.token = undefined;
  }

  /** Forgets everything. */
  clear(): void {
    this.#config = {};
    this.#services = {};
    this.forgetUser();
  }
}
