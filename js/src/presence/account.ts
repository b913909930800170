import type { EngineHost } from "../engine-host.js";
import type { RealtimeConnectionState } from "../types.js";
import type { PresenceSettings, PresenceSettingsInput } from "./settings.js";
import { type PresenceSource, ServerSource } from "./source.js";

/** How long what was found out of another user is relied on, in milliseconds. */
const LOOKUP_AGE_MS = 60_000;
/** Look-ups that are kept at most; with one more all are made anew. */
const MAX_LOOKUPS = 1_000;

/**
 * This user's settings and contacts, as they are kept elsewhere: read once they are wanted, and
 * anew with every connection, since other devices change them too. Another user begins without.
 */
export class PresenceAccount {
  /** Where both are kept where nothing else is said. */
  readonly server: ServerSource;
  source: PresenceSource;
  readonly #host: EngineHost;
  #givenUserId: string | null = null;
  #settings: PresenceSettings | null = null;
  #readings = 0;
  #readingError: unknown;
  #contacts: ReadonlySet<string> = new Set();
  #isActive = false;
  /** Rises with every user, so that an answer for the last one goes nowhere. */
  #generation = 0;
  /** What was set and not taken yet, and who waits for that. */
  #unsaid: PresenceSettingsInput = {};
  #waiting: (() => void)[] = [];
  readonly #lookups = new Map<string, { until: number; found: Promise<unknown> }>();

  constructor(host: EngineHost) {
    this.#host = host;
    this.server = new ServerSource(host);
    this.source = this.server;
  }

  /** Whose it is: whom the server named, else whom the app did. */
  get userId(): string {
    return this.#host.options.userId || (this.#givenUserId ?? "");
  }

  set userId(id: string | null) {
    this.#givenUserId = id;
  }

  /** This user's settings; null until they are known. */
  get settings(): Readonly<PresenceSettings> | null {
    return this.#settings;
  }

  /** This user's contacts, as far as they are known. */
  get contacts(): ReadonlySet<string> {
    return this.#contacts;
  }

  /** Begins to read both, as soon as the server has accepted who it is. */
  activate(): void {
    const { events, state } = this.#host.listeners;
    // Known listeners are not added twice; those of a client that was destroyed are gone.
    events.add("presence:settings", this.#told);
    state.add(this.#moved);
    if (this.#isActive) return;
    this.#isActive = true;
    this.#moved(this.#host.snapshots.store.getSnapshot("connection").state);
  }

  /** Whether the settings are being read. */
  get isReading(): boolean {
    return this.#readings > 0;
  }

  /** Why the settings could not be read the last time; undefined where they could, or were not yet. */
  get readingError(): unknown {
    return this.#readingError;
  }

  /** Reads the settings anew; null where there are none. */
  async refreshSettings(): Promise<PresenceSettings | null> {
    const generation = this.#generation;
    this.#countReading(1);
    try {
      const settings = await this.source.settings(this.userId);
      if (generation === this.#generation) this.#take(settings);
      return settings;
    } catch (error) {
      if (generation === this.#generation) this.#readingError = error;
      throw error;
    } finally {
      this.#countReading(-1);
    }
  }

  /** Reads the contacts anew. Where that fails, they stay as they are known. */
  async refreshContacts(): Promise<void> {
    const generation = this.#generation;
    const contacts = new Set(await this.source.contacts(this.userId));
    if (generation !== this.#generation) return;
    this.#contacts = contacts;
    this.#host.snapshots.changed("contacts");
  }

  /** Changes some of the settings, and gives all of them. */
  async update(input: PresenceSettingsInput): Promise<PresenceSettings> {
    const generation = this.#generation;
    const settings = await this.source.update(this.userId, input);
    if (generation === this.#generation) this.#take(settings);
    return settings;
  }

  /** Changes settings that only the realtime server can keep to, now or with the next connection, and then calls back. */
  want(input: PresenceSettingsInput, done: () => void): void {
    this.#unsaid = { ...this.#unsaid, ...input };
    this.#waiting.push(done);
    this.activate();
    void this.#sayWanted().catch(ignored);
  }

  /** What was found out of another user lately, else what `find` does now; a failure is not kept. */
  lookUp<T>(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.#lookups.get(key);
    if (known && known.until > Date.now()) return known.found as Promise<T>;
    const found = find();
    if (this.#lookups.size >= MAX_LOOKUPS) this.#lookups.clear();
    this.#lookups.set(key, { until: Date.now() + LOOKUP_AGE_MS, found });
    found.catch(() => this.#lookups.delete(key));
    return found;
  }

  /** Finds everything that begins like this out anew. */
  forgetLookups(prefix = ""): void {
    for (const key of this.#lookups.keys()) {
      if (key.startsWith(prefix)) this.#lookups.delete(key);
    }
  }

  /** Nothing of this user is known or wanted any more: what one set is not another's. */
  forgetUser(): void {
    this.#generation += 1;
    this.#unsaid = {};
    this.#waiting = [];
    this.#givenUserId = null;
    this.#contacts = new Set();
    this.#lookups.clear();
    this.#take(null);
    this.#host.snapshots.changed("contacts");
  }

  /** The realtime server said what its settings are: all of them, unless some are kept elsewhere. */
  readonly #told = (settings: unknown) => {
    if (this.source === this.server) this.#take(settings as PresenceSettings);
    else this.refreshSettings().catch(ignored);
  };

  readonly #moved = (state: RealtimeConnectionState) => {
    if (state !== "authenticated") return;
    const tasks = [this.#sayWanted(), this.refreshSettings(), this.refreshContacts()];
    for (const task of tasks) task.catch(ignored);
  };

  async #sayWanted(): Promise<void> {
    const [unsaid, waiting] = [this.#unsaid, this.#waiting];
    if (waiting.length === 0) return;
    const generation = this.#generation;
    const settings = await this.server.update(this.userId, unsaid);
    if (generation !== this.#generation) return;
    this.#told(settings);
    // What was wanted meanwhile is still to be said.
    if (this.#unsaid !== unsaid) return;
    this.#unsaid = {};
    this.#waiting = [];
    for (const done of waiting) done();
  }

  /**
   * A realtime server that has the settings keeps to them. To one that has not, it is this client
   * that tells nobody what was read: as the settings are now, and for this user only.
   */
  #keepReading({ allowReadReceipts }: PresenceSettings): void {
    const { isConnected, capabilities } = this.#host.snapshots.store.getSnapshot("connection");
    if (allowReadReceipts === undefined || !isConnected) return;
    if (!capabilities.includes("presence:settings")) this.#host.user.tellReading(allowReadReceipts);
  }

  #countReading(change: number): void {
    this.#readings += change;
    this.#host.snapshots.changed("settings");
  }

  #take(settings: PresenceSettings | null): void {
    this.#settings = settings;
    this.#readingError = undefined;
    if (settings) this.#keepReading(settings);
    this.#host.snapshots.changed("settings");
  }
}

/** What fails is done anew with the next connection, and is told to whoever asks. */
function ignored(): void {}
