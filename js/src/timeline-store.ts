import type { MessageEvent } from "./types.js";

interface Timeline {
  messages: MessageEvent[];
  /** Whether `messages` was handed out, and so must not change any more. */
  shared: boolean;
}

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
    let timeline = this.#timelines.get(roomName);
    if (!timeline) {
      timeline = { messages: load(), shared: false };
      this.#timelines.set(roomName, timeline);
    }
    timeline.shared = true;
    return Object.freeze(timeline.messages);
  }

  /** Takes `removed` messages out at `index`, and puts `message` there, if there is one. */
  splice(roomName: string, index: number, removed: number, message?: MessageEvent): void {
    const timeline = this.#timelines.get(roomName);
    if (!timeline) return;
    if (timeline.shared) {
      timeline.messages = timeline.messages.slice();
      timeline.shared = false;
    }
    timeline.messages.splice(index, removed, ...(message ? [message] : []));
  }

  /** The whole timeline is another: it is loaded anew when somebody reads it. */
  forget(roomName: string): void {
    this.#timelines.delete(roomName);
  }

  clear(): void {
    this.#timelines.clear();
  }
}
