// What was promised, held against what the server has.

/** What pages said of their messages, from all lives of them. */
export class Ledger {
  /** Ids of the messages that are to arrive. */
  #promised = new Set();
  #promise;
  #failed = new Map();

  /** @param {string} promise the report from which on a message is to arrive */
  constructor(promise = "persisted") {
    this.#promise = promise;
  }

  /** Takes what a page reports. */
  hear = ({ kind, id, error }) => {
    if (kind === this.#promise) this.#promised.add(id);
    if (kind === "failed") this.#failed.set(id, error);
  };

  /** How many messages were promised. */
  get promised() {
    return this.#promised.size;
  }

  /**
   * Counts what went wrong. Messages are named `<line>/<number>`: a line is what one tab, or one
   * profile over all its lives, has queued in order.
   *
   * @param {Record<string, { content: string, clientMessageId: string }[]>} logs by room
   */
  judge(logs) {
    const messages = Object.values(logs).flat();
    const arrived = new Set(messages.map(({ clientMessageId }) => clientMessageId));
    const texts = new Set(messages.map(({ content }) => content));
    return {
      promised: this.promised,
      arrived: messages.length,
      lost: [...this.#promised].filter((id) => !arrived.has(id)).length,
      doubled: messages.length - Math.min(arrived.size, texts.size),
      outOfOrder: Object.values(logs).reduce((sum, log) => sum + outOfOrder(log), 0),
      failed: this.#failed.size,
    };
  }
}

/** What {@link Ledger.judge} finds when all is well. */
export const sound = { lost: 0, doubled: 0, outOfOrder: 0, failed: 0 };

/** How many messages of a log come before one of the same line that was queued earlier. */
function outOfOrder(log) {
  const last = new Map();
  let count = 0;
  for (const { content } of log) {
    const [line, number] = content.split("/");
    if (Number(number) <= (last.get(line) ?? -1)) count += 1;
    last.set(line, Math.max(Number(number), last.get(line) ?? -1));
  }
  return count;
}
