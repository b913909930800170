import { definedOnly } from "../config.js";
import {
  DEFAULT_PRESENCE_SETTINGS,
  type PresenceSettings,
  type PresenceSettingsInput,
} from "./settings.js";
import type { PresenceSource, ServerSource } from "./source.js";

/** Who may know that a user types. */
type TypingSettings = Pick<PresenceSettings, "broadcastTyping" | "typingVisibility">;

/**
 * An app's own source, which knows nothing of typing: who may know of that is kept by the realtime
 * server, as nobody else can keep it from anybody.
 */
export class SplitSource implements PresenceSource {
  readonly #app: PresenceSource;
  readonly #server: ServerSource;

  constructor(app: PresenceSource, server: ServerSource) {
    this.#app = app;
    this.#server = server;
  }

  async settings(userId: string): Promise<PresenceSettings | null> {
    const [settings, typing] = await Promise.all([
      this.#app.settings(userId),
      this.#typing(userId),
    ]);
    return settings || typing ? together(userId, settings, typing) : null;
  }

  /** Rejects where either refuses; the app's source is the first that is asked. */
  async update(userId: string, input: PresenceSettingsInput): Promise<PresenceSettings> {
    const { broadcastTyping, typingVisibility, ...others } = input;
    const settings =
      Object.keys(others).length > 0
        ? await this.#app.update(userId, others)
        : await this.#app.settings(userId);
    const wanted = definedOnly({ broadcastTyping, typingVisibility });
    const typing =
      Object.keys(wanted).length > 0
        ? await this.#server.update(userId, wanted)
        : await this.#typing(userId);
    return together(userId, settings, typing);
  }

  contacts(userId: string): Promise<string[]> {
    return this.#app.contacts(userId);
  }

  /** Undefined where the server has no settings, or does not answer: the app's are known all the same. */
  async #typing(userId: string): Promise<TypingSettings | undefined> {
    if (!this.#server.hasSettings) return undefined;
    return this.#server.settings(userId).catch(() => undefined);
  }
}

function together(
  userId: string,
  settings: PresenceSettings | null,
  { broadcastTyping, typingVisibility }: TypingSettings = {},
): PresenceSettings {
  return {
    ...DEFAULT_PRESENCE_SETTINGS,
    userId,
    ...settings,
    ...definedOnly({ broadcastTyping, typingVisibility }),
  };
}
