import { hostOf } from "./client-host.js";
import type { EngineHost } from "./engine-host.js";
import type { RealtimeClient } from "./realtime-client.js";

/** A view of one client: what every service of it has. */
export abstract class ClientPart {
  /** @internal */
  protected readonly client: RealtimeClient;
  /** @internal */
  protected readonly host: EngineHost;

  constructor(client: RealtimeClient) {
    this.client = client;
    this.host = hostOf(client);
  }
}
