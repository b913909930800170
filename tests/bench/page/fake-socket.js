// A WebSocket without a network: what a client does with a frame is all that is left to measure.
import { authenticated, capabilities, roomJoined } from "./frames.js";

const handshake = {
  sid: "fake",
  upgrades: [],
  pingInterval: 25_000,
  pingTimeout: 60_000_000,
  maxPayload: 1_000_000,
};

/** Answers what a client asks when it connects and joins; `echo` waits for {@link answerEchoes}. */
export class FakeWebSocket {
  /** The one that was opened last. */
  static last;
  readyState = 0;
  bufferedAmount = 0;
  #echoes = [];
  #awaited;

  constructor() {
    FakeWebSocket.last = this;
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.({});
      this.receive(`0${JSON.stringify(handshake)}`);
    });
  }

  /** Hands a frame straight to the client's handler. */
  receive(data) {
    this.onmessage({ data });
  }

  send(frame) {
    if (frame.startsWith("40")) {
      this.#later('40{"sid":"fake"}');
      this.#later(event("connected", { socketId: "fake", capabilities }));
      this.#later(event("authenticated", authenticated));
      return;
    }
    const [, id, body] = /^42(\d+)(.*)$/s.exec(frame) ?? [];
    if (id === undefined) return;
    if (body.startsWith('["echo"')) return this.#echo(id);
    const [name, data] = JSON.parse(body);
    const answer = name === "room:join" ? roomJoined(data.roomName) : data;
    this.#later(`43${id}${JSON.stringify([answer])}`);
  }

  close() {}

  /** Resolves once `count` events `echo` were sent. */
  echoes(count) {
    return new Promise((resolve) => {
      this.#awaited = { count, resolve };
      this.#checkAwaited();
    });
  }

  /** Acknowledges them, in order. */
  answerEchoes(body) {
    const ids = this.#echoes;
    this.#echoes = [];
    for (const id of ids) this.receive(`43${id}${body}`);
  }

  #echo(id) {
    this.#echoes.push(id);
    this.#checkAwaited();
  }

  #checkAwaited() {
    if (this.#awaited && this.#echoes.length >= this.#awaited.count) {
      this.#awaited.resolve();
      this.#awaited = undefined;
    }
  }

  #later(frame) {
    queueMicrotask(() => this.receive(frame));
  }
}

function event(name, data) {
  return `42${JSON.stringify([name, data])}`;
}
