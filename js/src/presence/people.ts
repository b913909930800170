import { checkedText } from "../checks.js";
import { ClientPart } from "../client-part.js";
import type { PresenceSettings, PresenceSettingsInput } from "./settings.js";
import { ask } from "./source.js";

const USER = "a user's id";

/** The part of a `PresenceService` that is about this user's settings, contacts and blocks. */
export abstract class PresencePeople extends ClientPart {
  /** Says who this user is, for as long as the server has not; settings and contacts are read then. */
  setCurrentUserId(userId: string | null): void {
    this.host.account.userId = userId;
    if (userId !== null) this.host.account.activate();
  }

  /** Changes some of this user's settings; the others stay. null where that failed, and `client.onError` is told why. */
  updatePresenceSettings(
    userId: string,
    input: PresenceSettingsInput,
  ): Promise<PresenceSettings | null> {
    if (!this.isOwn(userId)) return Promise.resolve(null);
    return this.attempt(() => this.changeSettings(input), null);
  }

  /** As {@link PresencePeople.updatePresenceSettings}, of this user. Rejects `NOT_CONNECTED`, `TIMEOUT`, or as the server does. */
  changeSettings(input: PresenceSettingsInput): Promise<PresenceSettings> {
    return this.host.account.update(input);
  }

  /** Whether this user cannot be told from one who is not there. False where that failed. */
  async setInvisibleMode(isInvisible: boolean): Promise<boolean> {
    const { userId } = this.host.account;
    const input = { invisibleMode: isInvisible };
    return (await this.updatePresenceSettings(userId, input)) !== null;
  }

  isInvisibleModeEnabled(): boolean {
    return this.getOwnPresenceSettings()?.invisibleMode ?? false;
  }

  /** This user's settings, frozen; null until they are known. */
  getOwnPresenceSettings(): Readonly<PresenceSettings> | null {
    return this.client.getSnapshot("settings");
  }

  /** Reads this user's contacts anew. Where that fails they stay, and `client.onError` is told why. */
  refreshContacts(): Promise<void> {
    return this.attempt(() => this.host.account.refreshContacts(), undefined);
  }

  /** Whether a user is one of this user's contacts, as far as it is known. */
  isUserContact(userId: string): boolean {
    return this.host.account.contacts.has(userId);
  }

  /** This user's contacts, as far as they are known. */
  getCachedContacts(): string[] {
    return [...this.host.account.contacts];
  }

  /** Lets a user see what contacts may. Rejects `NOT_CONNECTED`, `TIMEOUT`, or as the server does. */
  addContact(userId: string): Promise<void> {
    return this.#list("contacts:add", userId);
  }

  removeContact(userId: string): Promise<void> {
    return this.#list("contacts:remove", userId);
  }

  /** Shows a user nothing, and sees nothing of them. */
  blockUser(userId: string): Promise<void> {
    return this.#list("block:add", userId);
  }

  unblockUser(userId: string): Promise<void> {
    return this.#list("block:remove", userId);
  }

  /** Whom this user blocks. */
  async getBlockedUsers(): Promise<string[]> {
    return (await ask(this.host, "block:list")).userIds;
  }

  /** @internal */
  protected isOwn(userId: string): boolean {
    return checkedText(userId, USER) !== "" && userId === this.host.account.userId;
  }

  /** What `action` gives; where it fails, `onError` is told why. @internal */
  protected async attempt<T, F>(action: () => Promise<T>, fallback: F): Promise<T | F> {
    try {
      return await action();
    } catch (error) {
      this.host.tellUnasked(error);
      return fallback;
    }
  }

  async #list(event: string, userId: string): Promise<void> {
    await ask(this.host, event, { userId: checkedText(userId, USER) });
    if (event.startsWith("contacts:")) await this.refreshContacts();
  }
}
