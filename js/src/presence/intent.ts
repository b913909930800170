import type { PresenceService as EnginePresence } from "../../wasm/nchat_realtime.js";
import { isUserId } from "../checks.js";
import type { ChosenStatus, CustomStatus, OwnPresence, PresenceStatusName } from "../types.js";
import { fromCustomStatus } from "./views.js";

/**
 * What the app wants of presence. It is kept here, because it stays while engines come and go: of
 * one that is not loaded yet, that crashed, or that another user is to have.
 */
export class PresenceIntent {
  /** Uses the engine's presence, if there is one; it knows what came before. */
  readonly #use: (action: (presence: EnginePresence) => void) => void;
  /** How often each user is wanted. */
  readonly #wanted = new Map<string, number>();
  /** Who has the server told how this user is. */
  readonly #holders = new Set<object>();
  #isStarted = false;
  #status: PresenceStatusName | undefined;
  #customStatus: CustomStatus | null | undefined;

  constructor(use: (action: (presence: EnginePresence) => void) => void) {
    this.#use = use;
  }

  /** This user as far as the app has said it. */
  get shown(): OwnPresence {
    const chosenStatus: ChosenStatus = this.#status === "dnd" ? "busy" : (this.#status ?? "online");
    const customStatus = this.#customStatus ?? null;
    return { status: chosenStatus, chosenStatus, customStatus, isIdle: false };
  }

  /** Whether this user's status was chosen on this page. */
  get hasChosen(): boolean {
    return this.#status !== undefined;
  }

  /** Users that are wanted. */
  get wanted(): string[] {
    return [...this.#wanted.keys()];
  }

  /** Has the server told how this user is for as long as somebody wants that: each holder once. */
  start(holder: object, isWanted: boolean): void {
    if (isWanted) this.#holders.add(holder);
    else this.#holders.delete(holder);
    const isOn = this.#holders.size > 0;
    if (this.#isStarted === isOn) return;
    this.#isStarted = isOn;
    this.#use((presence) => presence.start(isOn));
  }

  choose(status: PresenceStatusName): void {
    this.#use((presence) => presence.setStatus(status));
    this.#isStarted = true;
    this.#status = status;
  }

  setCustomStatus(status: CustomStatus | null): void {
    const customStatus = fromCustomStatus(status);
    this.#use((presence) => presence.setCustomStatus({ customStatus }));
    this.#isStarted = true;
    this.#customStatus = customStatus && status;
  }

  /** Wants users, each once more than before. What cannot be an id is nobody: components ask before they know whom. */
  want(userIds: readonly string[]): void {
    const added = userIds.filter(isUserId).filter((id) => {
      const count = this.#wanted.get(id) ?? 0;
      this.#wanted.set(id, count + 1);
      return count === 0;
    });
    if (added.length > 0) this.#use((presence) => presence.want(added, true));
  }

  /** Wants users once less; one that was wanted once is not any more. */
  unwant(userIds: readonly string[]): void {
    const gone = userIds.filter((id) => {
      const count = this.#wanted.get(id) ?? 0;
      if (count > 1) this.#wanted.set(id, count - 1);
      return count === 1 && this.#wanted.delete(id);
    });
    if (gone.length > 0) this.#use((presence) => presence.want(gone, false));
  }

  /** Tells a new engine all of it. */
  applyTo(parts: { readonly presence: EnginePresence }): void {
    if (this.#wanted.size > 0) parts.presence.want(this.wanted, true);
    if (this.#isStarted) parts.presence.start(true);
    if (this.#status !== undefined) parts.presence.setStatus(this.#status);
    if (this.#customStatus !== undefined) {
      parts.presence.setCustomStatus({ customStatus: fromCustomStatus(this.#customStatus) });
    }
  }

  /** Another user has chosen nothing yet; who is shown on the page is still wanted. */
  forgetUser(): void {
    this.#status = undefined;
    this.#customStatus = undefined;
  }
}
