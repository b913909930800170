import type { TypingConfig } from "../../wasm/nchat_realtime.js";
import { ClientPart } from "../client-part.js";

/** Who may know that this user types. */
export interface TypingPrivacySettings {
  /** Whether anybody may. Default true. */
  broadcastTyping: boolean;
  /** Who may. Default `everyone`. */
  typingVisibility: "everyone" | "contacts" | "nobody";
}

/** Options of a `TypingService`. A key that is absent or `undefined` keeps what is set. Durations are in milliseconds. */
export interface TypingServiceConfig extends Omit<TypingConfig, "broadcastTyping" | "restricted"> {
  /** Whether `privacySettings` count. Default true. */
  enablePrivacyFiltering?: boolean;
  /** Who may know that this user types. */
  privacySettings?: Partial<TypingPrivacySettings>;
  /** Accepted for compatibility. */
  debug?: boolean;
}

/** The part of a `TypingService` that decides who may know. */
export abstract class TypingPrivacy extends ClientPart {
  /** @internal */
  protected currentUserId: string | null = null;
  readonly #contacts = new Set<string>();

  /** Lays options over those given before; they are the client's. @throws `VALIDATION_ERROR` */
  configure(options: TypingServiceConfig): void {
    const { enablePrivacyFiltering, privacySettings, debug: _, ...config } = options;
    this.host.configureService("typing", config);
    if (enablePrivacyFiltering !== undefined || privacySettings) {
      this.host.typingPrivacy.lay(privacySettings ?? {}, enablePrivacyFiltering ?? undefined);
    }
  }

  /**
   * Who may know that this user types, from now on. The realtime server keeps it from the others;
   * until it has taken that, and on servers that do not, what only some may see is not told.
   */
  updatePrivacySettings(settings: Partial<TypingPrivacySettings>): void {
    this.host.typingPrivacy.lay(settings);
  }

  /** Who may know that this user types. */
  get privacySettings(): TypingPrivacySettings {
    return this.host.typingPrivacy.settings;
  }

  /** Says who this user is, for as long as the server has not: their own typing is not shown to them. */
  setCurrentUserId(userId: string | null): void {
    this.currentUserId = userId;
  }

  /** Accepted for compatibility: who is a contact, the server knows. */
  setContacts(userIds: readonly string[]): void {
    this.#contacts.clear();
    for (const id of userIds) this.#contacts.add(id);
  }

  /** Accepted for compatibility: who is a contact, the server knows. */
  addContact(userId: string): void {
    this.#contacts.add(userId);
  }

  /** Accepted for compatibility: who is a contact, the server knows. */
  removeContact(userId: string): void {
    this.#contacts.delete(userId);
  }

  /** Whether a user was named to this service as a contact: the server knows who is one. */
  isContact(userId: string): boolean {
    return this.#contacts.has(userId);
  }
}
