import type { EngineHost } from "../engine-host.js";
import type { AppDefined } from "../types.js";
import type { PresenceSettings, PresenceSettingsInput } from "./settings.js";

/** Where settings and contacts are kept. */
export interface PresenceSource {
  /** A user's settings; null where they have changed none. Rejects where they cannot be read. */
  settings(userId: string): Promise<PresenceSettings | null>;
  /** Changes some of this user's settings, and gives all of them. */
  update(userId: string, input: PresenceSettingsInput): Promise<PresenceSettings>;
  /** This user's contacts. */
  contacts(userId: string): Promise<string[]>;
  /** Whether a user is a contact of another; undefined where only the server is to know. */
  isContact?(viewerId: string, targetId: string): Promise<boolean>;
}

/** The realtime server itself, which gives a user their own settings, and nobody else's. */
export class ServerSource implements PresenceSource {
  readonly #host: EngineHost;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  /** Whether the server that is connected, or was last, has settings. */
  get hasSettings(): boolean {
    const { capabilities } = this.#host.snapshots.store.getSnapshot("connection");
    return capabilities.includes("presence:settings");
  }

  async settings(userId: string): Promise<PresenceSettings> {
    return ofUser(userId, await ask(this.#host, "presence:settings:get"));
  }

  async update(userId: string, input: PresenceSettingsInput): Promise<PresenceSettings> {
    return ofUser(userId, await ask(this.#host, "presence:settings:update", input));
  }

  async contacts(): Promise<string[]> {
    const { userIds } = await ask(this.#host, "contacts:list");
    return userIds;
  }
}

/** Asks the realtime server. Rejects `NOT_CONNECTED`, `TIMEOUT`, or as the server does. */
export function ask(host: EngineHost, event: string, data: unknown = {}): Promise<AppDefined> {
  return host.request((engine) => engine.emitAsync(event, data));
}

function ofUser(userId: string, settings: PresenceSettings): PresenceSettings {
  return { ...settings, userId: settings.userId || userId };
}
