import { messageKey } from "./topics.js";
import type { MessageEvent } from "./types.js";

interface Timeline {
  messages: MessageEvent[];
  /** Whether `messages` was handed out, and so must not change any more. */
  shared: boolean;
  /** The same messages by their keys, once one was looked for. */
  byKey?: Map<string, MessageEvent>;
}

const NO_KEYS: readonly string[] = [];

/**
 * The messages of the rooms that somebody reads, as arrays on the JavaScript side. Changes are
 * applied one by one; an array is copied only where its last state was handed out, so a burst
 * between two reads costs one copy.
 */
export class TimelineStore {
  #timelines = new Map<string, Timeline>();

  /**
   * The messages of a room, frozen.
   * @param load - Gives the whole timeline as a new array, when nobody read it before.
   */
  read(roomName: string, load: () => MessageEvent[]): readonly MessageEvent[] {
    const timeline = this.#timeline(roomName, load);
    timeline.shared = true;
    return Object.freeze(timeline.messages);
  }

  /** One message of a room, by its {@link messageKey}. `load` as for {@link read}. */
  find(roomName: string, key: string, load: () => MessageEvent[]): MessageEvent | undefined {
    const timeline = this.#timeline(roomName, load);
    timeline.byKey ??= new Map(timeline.messages.map((message) => [messageKey(message), message]));
    return timeline.byKey.get(key);
  }

  /**
   * Takes `removed` messages out at `index`, and puts `message` there, if there is one.
   *
   * @returns The keys of these messages, where messages are looked for by key.
   */
  splice(
    roomName: string,
    index: number,
    removed: number,
    message?: MessageEvent,
  ): readonly string[] {
    const timeline = this.#timelines.get(roomName);
    if (!timeline) return NO_KEYS;
    if (timeline.shared) {
      timeline.messages = timeline.messages.slice();
      timeline.shared = false;
    }
    const added = message ? [message] : [];
    const gone = timeline.messages.splice(index, removed, ...added);
    if (!timeline.byKey) return NO_KEYS;
    for (const one of gone) timeline.byKey.delete(messageKey(one));
    for (const one of added) timeline.byKey.set(messageKey(one), one);
    return [...gone, ...added].map(messageKey);
  }

  /** The whole timeline is another: it is loaded anew when somebody reads it. */
  forget(roomName: string): void {
    this.#timelines.delete(roomName);
  }

  clear(): void {
    this.#timelines.clear();
  }

  #timeline(roomName: string, load: () => MessageEvent[]): Timeline {
    let timeline = this.#timelines.get(roomName);
    if (!timeline) {
      timeline = { messages: load(), shared: false };
      this.#timelines.set(roomName, timeline);
    }
    return timeline;
  }
}
