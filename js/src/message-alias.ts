import type { ChannelMessageEvent } from "./types.js";

/** More messages than a server has on their way between one and its copy. */
const REMEMBERED = 100;

/**
 * The plugin guide's event `message`: what a server sends as `message:new`, with the guide's
 * names of the fields besides. Some servers also send it themselves, to a client that used the
 * guide's names: whichever of both comes second is known by its id.
 */
export class MessageAlias {
  readonly #told = new Set<string>();

  /** The event for a `message:new`; undefined if its message was told before. */
  from(message: unknown): ChannelMessageEvent | undefined {
    if (typeof message !== "object" || message === null) return undefined;
    if (!this.admit(message)) return undefined;
    const { messageId, roomName, timestamp } = message as ChannelMessageEvent;
    const names = { id: messageId, channelId: roomName, createdAt: timestamp };
    return { ...(message as ChannelMessageEvent), ...names };
  }

  /** Remembers a message that is to be told; false where it was told before. One without an id never was. */
  admit(message: unknown): boolean {
    const id = (message as Partial<ChannelMessageEvent> | null | undefined)?.messageId;
    if (id === undefined) return true;
    if (this.#told.has(id)) return false;
    this.#remember(id);
    return true;
  }

  #remember(messageId: string): void {
    this.#told.add(messageId);
    const [oldest] = this.#told;
    if (this.#told.size > REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
  }
}
