import { io } from "socket.io-client";

/** Somebody else at our server, by the official client. */
export class Person {
  #socket;

  constructor(url, user) {
    this.#socket = io(url, { transports: ["websocket"], auth: { token: `user:${user}` } });
  }

  /** Sends an event, and resolves with the answer's data. */
  async request(event, data) {
    const answer = await this.#socket.timeout(10_000).emitWithAck(event, data);
    if (!answer.success) throw new Error(`${event}: ${answer.error.message}`);
    return answer.data;
  }

  /** Says so many things in a room, in order. */
  say(roomName, count, bytes) {
    const content = "x".repeat(bytes);
    const each = Array.from({ length: count }, () =>
      this.request("message:send", { roomName, content, clientMessageId: crypto.randomUUID() }),
    );
    return Promise.all(each);
  }

  /** A room's whole history, in the server's order. */
  async history(channelId) {
    const all = [];
    for (;;) {
      const afterSeq = all.at(-1)?.seq ?? 0;
      const page = { channelId, afterSeq, limit: 200 };
      const { messages, headSeq } = await this.request("sync:messages", page);
      all.push(...messages);
      if (messages.length === 0 || all.at(-1).seq >= headSeq) return all;
    }
  }

  leave() {
    this.#socket.disconnect();
  }
}
