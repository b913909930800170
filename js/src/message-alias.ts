import type { ChannelMessageEvent } from "./types.js";

/** More messages than a server has on their way between one and its copy. */
const REMEMBERED = 100;

/**
 * The plugin guide's event `message`: what a server sends as `message:new`, with the guide's
 * names of the fields besides. Some servers also send it themselves, to a client that used the
 * guide's names: those copies are known by their id.
 */
export class MessageAlias {
  readonly #told = new Set<string>();

  /** The event for a `message:new`; undefined if it was made before. */
  from(message: unknown): ChannelMessageEvent | undefined {
    if (typeof message !== "object" || message === null) return undefined;
    if (this.isCopy(message)) return undefined;
    const { messageId, roomName, timestamp } = message as ChannelMessageEvent;
    if (messageId !== undefined) this.#remember(messageId);
    const names = { id: messageId, channelId: roomName, createdAt: timestamp };
    return { ...(message as ChannelMessageEvent), ...names };
  }

  /** Whether a `message` of the server is one that was made here already. */
  isCopy(message: unknown): boolean {
    const id = (message as Partial<ChannelMessageEvent> | null | undefined)?.messageId;
    return id !== undefined && this.#told.has(id);
  }

  #remember(messageId: string): void {
    this.#told.add(messageId);
    const [oldest] = this.#told;
    if (this.#told.size > REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
  }
}
