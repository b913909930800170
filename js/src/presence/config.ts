import type { PresenceConfig } from "../../wasm/nchat_realtime.js";
import type { AuthTokenGetter } from "./graphql-source.js";

/** Options of a `PresenceService`. A key that is absent or `undefined` keeps what is set. Durations are in milliseconds. */
export interface PresenceServiceConfig extends PresenceConfig {
  /** Whether `canViewPresence` and `getVisiblePresence` hide anything. Default true. */
  enablePrivacyFiltering?: boolean;
  /**
   * Where settings and contacts are kept, if not by the realtime server: an endpoint with the
   * documents' tables. Who may know of typing stays with the server. Default `NEXT_PUBLIC_GRAPHQL_URL`.
   */
  graphqlEndpoint?: string;
  /** Gives the token that the endpoint is asked with. Default: none. */
  getAuthToken?: AuthTokenGetter;
  /** Accepted for compatibility. */
  debug?: boolean;
}
