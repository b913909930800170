import type { TimelineChange } from "../wasm/nchat_realtime.js";
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

  apply(roomName: string, change: TimelineChange): void {
    const timeline = this.#timelines.get(roomName);
    if (!timeline) return;
    if (change.op === "reset") {
      this.#timelines.delete(roomName);
      return;
    }
    if (timeline.shared) {
      timeline.messages = timeline.messages.slice();
      timeline.shared = false;
    }
    const inserted = change.op === "remove" ? [] : [change.message as MessageEvent];
    timeline.messages.splice(change.index, change.op === "insert" ? 0 : 1, ...inserted);
  }

  clear(): void {
    this.#timelines.clear();
  }
}
