import { graphqlUrl } from "../config.js";
import type { PresenceAccount } from "./account.js";
import type { PresenceServiceConfig } from "./config.js";
import { type AuthTokenGetter, GraphqlSource } from "./graphql-source.js";
import { SplitSource } from "./split-source.js";

const NO_TOKEN: AuthTokenGetter = () => null;

/** How one client finds out who may see whom: the same for all of its presence services. */
export class PresencePrivacyOptions {
  readonly #account: PresenceAccount;
  #isFiltering = true;
  #endpoint = "";
  #token = NO_TOKEN;
  #graphql: GraphqlSource | undefined;

  constructor(account: PresenceAccount) {
    this.#account = account;
  }

  /** Whether anything is hidden. */
  get isFiltering(): boolean {
    return this.#isFiltering;
  }

  /** What is asked for others' settings; undefined where only the realtime server knows. */
  get graphql(): GraphqlSource | undefined {
    return this.#graphql;
  }

  /** Lays options over those given before. */
  lay({ enablePrivacyFiltering, graphqlEndpoint, getAuthToken }: PresenceServiceConfig): void {
    this.#isFiltering = enablePrivacyFiltering ?? this.#isFiltering;
    this.#token = getAuthToken ?? this.#token;
    const endpoint = graphqlEndpoint ?? (this.#endpoint || graphqlUrl());
    if (endpoint === this.#endpoint) return;
    this.#endpoint = endpoint;
    this.#graphql = endpoint === "" ? undefined : new GraphqlSource(endpoint, () => this.#token());
    const { server } = this.#account;
    this.#account.source = this.#graphql ? new SplitSource(this.#graphql, server) : server;
  }

  /** Forgets all of them. */
  forget(): void {
    this.#isFiltering = true;
    this.#endpoint = "";
    this.#token = NO_TOKEN;
    this.#graphql = undefined;
    this.#account.source = this.#account.server;
  }
}
