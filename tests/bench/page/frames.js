// What travels in the benchmark, for pages and for the server.

/** What the server says it can do: everything, so that our client does all of its work. */
export const capabilities = ["messages", "history", "rooms", "auth:refresh", "ping:ack"];

export const rooms = Array.from({ length: 10 }, (_, index) => `room-${index}`);

const epoch = "01kas3cv";

/** Who the server says the client is: another than who sends. */
export const authenticated = { userId: "alice", sessionId: "bench" };

/** The answer to `room:join`. */
export function roomJoined(roomName) {
  const room = { roomName, type: "channel", visibility: "public", memberCount: 2 };
  return { success: true, data: { ...room, headSeq: 0, epoch } };
}

/** Renders events of a given length, each with the next number of its room. */
export class Frames {
  #count = 0;

  /**
   * @param {{ count: number, bytes: number, event: string, users?: number }} options users who
   * send in turn, of events that have all fields
   * @returns {string[]} whole Engine.IO frames, each one flat string
   */
  render({ count, bytes, event, users = 1 }) {
    return Array.from({ length: count }, () => this.#frame(event, bytes, users));
  }

  #frame(event, bytes, users) {
    const number = this.#count;
    this.#count += 1;
    const seq = Math.floor(number / rooms.length) + 1;
    const head = bytes < 200 ? compactHead(number, seq) : fullHead(number, seq, users);
    const bare = encode(event, { ...head, content: "" });
    const content = "x".repeat(Math.max(1, bytes - bare.length));
    return flat(encode(event, { ...head, content }));
  }
}

function encode(event, message) {
  return `42${JSON.stringify([event, message])}`;
}

/** What fits into 100 bytes beside a few characters of text. */
function compactHead(number, seq) {
  return { roomName: rooms[number % rooms.length], messageId: `m${number}`, seq, userId: "bob" };
}

/** All that our server sends of every message. */
function fullHead(number, seq, users) {
  const id = number.toString(16).padStart(12, "0");
  return {
    roomName: rooms[number % rooms.length],
    messageId: `019aa3cb-7f10-7a52-b0c3-${id}`,
    clientMessageId: `019aa3cb-7e02-74d1-8a11-${id}`,
    seq,
    epoch,
    userId: `user-${42 + (number % users)}`,
    timestamp: "2026-11-22T12:00:00.000Z",
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One piece in memory, as what comes from a socket is: a joined string is a tree of its parts. */
function flat(text) {
  return decoder.decode(encoder.encode(text));
}
