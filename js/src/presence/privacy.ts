import { hostOf } from "../client-host.js";
import type { EngineHost } from "../engine-host.js";
import type { RealtimeClient } from "../realtime-client.js";

/** Options of a `PresenceService`. A key that is absent or `undefined` keeps what is set. Durations are in milliseconds. */
export interface PresenceServiceConfig {
  /** Whether a user who does nothing, or does not see the page, is shown as away. Default true. */
  enableIdleDetection?: boolean;
  /** How long a user who does nothing is not away yet. Default 300000. */
  idleTimeout?: number;
  /** Period in which the server is told that this client is still there. Default 30000. */
  heartbeatInterval?: number;
  /** Accepted for compatibility. */
  debug?: boolean;
}

/** The part of a `PresenceService` that knows who may see whom. */
export abstract class PresencePrivacy {
  /** @internal */
  protected readonly client: RealtimeClient;
  /** @internal */
  protected readonly host: EngineHost;

  constructor(client: RealtimeClient) {
    this.client = client;
    this.host = hostOf(client);
  }

  /** Lays options over those given before; they are the client's. @throws `VALIDATION_ERROR` */
  configure({ debug: _, ...config }: PresenceServiceConfig): void {
    this.host.configureService("presence", config);
  }
}
