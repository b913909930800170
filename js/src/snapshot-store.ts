import { onNextFrame } from "./frame.js";
import { KeyedEmitter } from "./keyed-emitter.js";
import type { SnapshotOf, Topic } from "./topics.js";
import type { Unsubscribe } from "./types.js";

/** Topics whose snapshots are not kept while nobody listens. */
const FORGOTTEN = /^(timeline|message|delivery|user|presences|typing)(:|$)/;

/** Of those topics, snapshots that are kept though nobody listens: of what was read once, or by a component that is gone. */
const MAX_UNHEARD = 1_000;

interface Cached {
  snapshot: unknown;
  stale: boolean;
}

/**
 * Frozen pictures of the client's state, one per topic: read when first asked for, kept until
 * the topic is invalidated. Between two changes `getSnapshot` answers the identical object, and
 * listeners are called once per microtask however much changed: what `useSyncExternalStore`
 * asks for. Those of other users' presence are called once per frame.
 */
export class SnapshotStore {
  #cached = new Map<Topic, Cached>();
  readonly #listeners = new KeyedEmitter<[]>();
  /** Topics of {@link FORGOTTEN} that are cached and nobody listens to, the oldest first. */
  readonly #unheard = new Set<Topic>();
  readonly #changed = new Set<Topic>();
  readonly #calm = new Set<Topic>();
  readonly #read: (topic: Topic, previous: unknown) => unknown;

  /** @param read - Makes a topic's picture; takes over from the previous one what did not change. */
  constructor(read: (topic: Topic, previous: unknown) => unknown) {
    this.#read = read;
  }

  subscribe(topic: Topic, listener: () => void): Unsubscribe {
    const unsubscribe = this.#listeners.add(topic, listener);
    this.#unheard.delete(topic);
    return () => {
      unsubscribe();
      this.#keepUnheard(topic);
    };
  }

  getSnapshot<T extends Topic>(topic: T): SnapshotOf<T> {
    const cached = this.#cached.get(topic);
    if (cached && !cached.stale) return cached.snapshot as SnapshotOf<T>;
    const snapshot = this.#read(topic, cached?.snapshot);
    this.#cached.set(topic, { snapshot, stale: false });
    this.#keepUnheard(topic);
    return snapshot as SnapshotOf<T>;
  }

  /** Says that a topic changed. Its listeners are called in the next microtask. */
  invalidate(topic: Topic): void {
    const cached = this.#cached.get(topic);
    if (cached) cached.stale = true;
    if (this.#listeners.has(topic)) this.#tell(topic);
    // A timeline is long, and shares nothing with its next snapshot but messages; those are many.
    else if (cached && FORGOTTEN.test(topic)) this.#forget(topic);
  }

  /** Says that every topic changed, or each that begins like this. */
  invalidateAll(prefix = ""): void {
    for (const topic of new Set([...this.#cached.keys(), ...this.#listeners.keys()])) {
      if (topic.startsWith(prefix)) this.invalidate(topic as Topic);
    }
  }

  #keepUnheard(topic: Topic): void {
    if (this.#listeners.has(topic) || !this.#cached.has(topic) || !FORGOTTEN.test(topic)) return;
    this.#unheard.add(topic);
    const [oldest] = this.#unheard;
    if (this.#unheard.size > MAX_UNHEARD && oldest !== undefined) this.#forget(oldest);
  }

  #forget(topic: Topic): void {
    this.#cached.delete(topic);
    this.#unheard.delete(topic);
  }

  #tell(topic: Topic): void {
    const isCalm = topic === "presences" || topic.startsWith("user:");
    const waiting = isCalm ? this.#calm : this.#changed;
    if (waiting.size === 0) {
      const notify = () => this.#notify(waiting);
      if (isCalm) onNextFrame(notify);
      else queueMicrotask(notify);
    }
    waiting.add(topic);
  }

  #notify(topics: Set<Topic>): void {
    const changed = [...topics];
    topics.clear();
    for (const topic of changed) this.#listeners.emit(topic);
  }
}
