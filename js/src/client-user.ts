import type { EngineHost } from "./engine-host.js";

/** Whose client it is: what is theirs of all that the client knows ends with them. */
export class ClientUser {
  /** How many users there were before: hooks that do something for each begin anew with the next number. */
  forgotten = 0;
  /** How many of them were signed out: what they gave to sign in with is nobody's any more. */
  signedOut = 0;
  readonly #host: EngineHost;
  #isReadingSet = false;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  /** Whether others are told what this user reads, until it is another user. */
  tellReading(isAllowed: boolean): void {
    this.#host.configureService("delivery", { allowReadReceipts: isAllowed });
    this.#isReadingSet = true;
  }

  /** The app gave options, which may say that it is another user than it said before. */
  laid(before: string | undefined): void {
    const { options } = this.#host;
    if (before !== undefined && before !== options.config.userId) {
      options.named(undefined);
      this.#isAnother();
    }
    this.#tellOwner();
  }

  /** The server said who it is. */
  named(userId: string): void {
    const { options } = this.#host;
    const before = options.userId;
    options.named(userId);
    if (before !== "" && before !== userId) this.#isAnother();
    this.#tellOwner();
  }

  /** Forgets who it was, with their token: who comes next is another user. */
  forget(): void {
    this.signedOut += 1;
    this.#host.options.forgetUser();
    this.#isAnother();
    this.#tellOwner();
  }

  /** Forgets what was known, chosen or set of the user, and has nobody begin anew. */
  clear(): void {
    const { options, presence, account, typingPrivacy } = this.#host;
    presence.forgetUser();
    account.forgetUser();
    typingPrivacy.forgetUser();
    if (this.#isReadingSet) options.forgetReading();
    this.#isReadingSet = false;
  }

  /** From here on it is another user, with nothing of the last one. */
  #isAnother(): void {
    this.clear();
    this.forgotten += 1;
    this.#host.listeners.userForgotten.emit();
  }

  /** Conflicts are one user's at one server; who was named last stays so while nobody is. */
  #tellOwner(): void {
    const { conflicts, options } = this.#host;
    conflicts.belongTo({ serverUrl: options.url, userId: options.userId });
  }
}
