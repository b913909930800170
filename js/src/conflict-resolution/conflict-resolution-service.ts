import { Emitter } from "../emitter.js";
import type { Unsubscribe } from "../types.js";
import { type ConflictResolutionConfig, DEFAULTS, recordPrefix, withOptions } from "./config.js";
import { checkedEntity, detect } from "./detection.js";
import { ConflictHistory } from "./history.js";
import { entryOf } from "./history-record.js";
import { resolve } from "./resolution.js";
import { statsOf } from "./stats.js";
import type {
  ConflictDetectionResult,
  ConflictEntity,
  ConflictEvent,
  ConflictEventListener,
  ConflictHistoryEntry,
  ConflictHistoryFilter,
  ConflictResolutionResult,
  ConflictStats,
  ResolutionStrategy,
  ResolvableConflict,
} from "./types.js";

/**
 * Finds out whether an edition made here and the server's contradict each other, resolves it,
 * and remembers both: in `localStorage`, one record for each conflict, named by server and user;
 * in memory where there is no storage. What it gives out is frozen; what comes back from storage
 * is what JSON can hold of it.
 */
export class ConflictResolutionService {
  readonly #listeners = new Emitter<ConflictEvent>();
  #config = DEFAULTS;
  #history = new ConflictHistory(recordPrefix(DEFAULTS));
  #initialized = false;

  /** Most apps take the one of {@link getConflictResolutionService}. @throws `VALIDATION_ERROR` */
  constructor(config: ConflictResolutionConfig = {}) {
    this.configure(config);
  }

  /** Lays options over those given before. With another key, server or user the history is another. @throws `VALIDATION_ERROR` */
  configure(config: ConflictResolutionConfig): void {
    this.#config = withOptions(this.#config, config);
    const prefix = recordPrefix(this.#config);
    if (prefix !== this.#history.prefix) this.#history = new ConflictHistory(prefix);
  }

  /** Reads the history from storage; without this call that is done when it is first needed. */
  initialize(): void {
    if (this.#initialized) return;
    this.#initialized = true;
    if (this.#config.enableHistory) this.#history.trim(this.#config.maxHistorySize);
  }

  /** Whether `initialize` was called, and `destroy` not since. */
  get initialized(): boolean {
    return this.#initialized;
  }

  /** Takes every listener off. The history stays in storage. */
  destroy(): void {
    this.#listeners.clear();
    this.#history = new ConflictHistory(this.#history.prefix);
    this.#initialized = false;
  }

  /**
   * Compares the two sides: by version where both are known, else by hash, else by content.
   * Tells `conflict:detected`.
   *
   * @throws `VALIDATION_ERROR` where the entity cannot be read, is cyclic, more than 100 levels
   * deep, or has a key `__proto__`.
   */
  detectConflict(entity: ConflictEntity): ConflictDetectionResult {
    const detection = detect(checkedEntity(entity), this.#config.defaultStrategy);
    if (detection.hasConflict) this.#listeners.emit("conflict:detected", { detection });
    return detection;
  }

  /**
   * Resolves a conflict, and adds it to the history. Tells `conflict:resolved`; for `manual`
   * without a choice `conflict:manual-required` instead: then it waits in the history until it
   * is resolved, by this call with the same detection, the resolution returned, or the entry.
   *
   * @param strategy - Without it: `manual` where there is a choice, else the one suggested.
   * @param userChoice - For `manual`: the data to go on with. `undefined` is no choice.
   * @throws `VALIDATION_ERROR` for an unknown strategy, and for data as in `detectConflict`.
   */
  resolveConflict(
    conflict: ResolvableConflict,
    strategy?: ResolutionStrategy,
    userChoice?: unknown,
  ): ConflictResolutionResult {
    const { entity, suggestedStrategy, detectedAt } = conflict;
    const copy = checkedEntity(entity);
    const { enableHistory, defaultStrategy, maxHistorySize } = this.#config;
    const suggested =
      userChoice === undefined
        ? (suggestedStrategy ?? detect(copy, defaultStrategy).suggestedStrategy)
        : "manual";
    const resolution = resolve(copy, strategy ?? suggested, userChoice);
    const history = entryOf(resolution, detectedAt ?? resolution.timestamp);
    if (enableHistory) this.#history.add(history, maxHistorySize);
    const event = resolution.requiresUserAction ? "conflict:manual-required" : "conflict:resolved";
    this.#listeners.emit(event, { resolution });
    if (enableHistory) this.#listeners.emit("conflict:history-updated", { history });
    return resolution;
  }

  /** Resolves a conflict of low severity as suggested; `null` for any other, and where the user has to choose. */
  autoResolve(detection: ConflictDetectionResult): ConflictResolutionResult | null {
    const mayResolve =
      this.#config.autoResolveLowSeverity &&
      detection.hasConflict &&
      detection.severity === "low" &&
      detection.suggestedStrategy !== "manual";
    return mayResolve ? this.resolveConflict(detection) : null;
  }

  /** The entries, newest first: all, or those of a type, or the first `limit` of them. */
  getHistory({ type, limit }: ConflictHistoryFilter = {}): ConflictHistoryEntry[] {
    return this.#entries.filter((entry) => !type || entry.type === type).slice(0, limit);
  }

  /** The newest entry about an entity. */
  getHistoryEntry(id: string): ConflictHistoryEntry | undefined {
    return this.#entries.find((entry) => entry.id === id);
  }

  /** Forgets every entry, those that wait for the user included. Tells `conflict:history-updated`. */
  clearHistory(): void {
    this.#history.clear();
    this.#listeners.emit("conflict:history-updated", {});
  }

  /** Counts over the history. */
  getStats(): ConflictStats {
    return statsOf(this.#entries);
  }

  /** Calls back for every event. */
  subscribe(listener: ConflictEventListener): Unsubscribe {
    return this.#listeners.add(listener);
  }

  get #entries(): ConflictHistoryEntry[] {
    return this.#config.enableHistory ? this.#history.entries : [];
  }
}
