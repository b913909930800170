// What a client's own code costs: frames go straight to its handler.
import { clients } from "./clients.js";
import { FakeWebSocket } from "./fake-socket.js";
import { Frames } from "./frames.js";
import { wasmBytes } from "./wasm-memory.js";

/** Frames before microtasks run: a client that defers its events gets to them. */
const framesATurn = 10;
/** Emits under way at a time. */
const emitsATurn = 100;

const { client: name, event } = Object.fromEntries(new URLSearchParams(location.search));
const frames = new Frames();
let rendered = [];
let delivered = 0;

async function start() {
  globalThis.WebSocket = FakeWebSocket;
  const client = await clients[name]("http://fake");
  const count = () => {
    delivered += 1;
  };
  if (event === "message:new") await client.onMessages(count);
  else client.onEvent(event, count);
  globalThis.bench = {
    wasmBytes,
    render(options) {
      rendered = frames.render({ event, ...options });
      delivered = 0;
      gc();
    },
    async deliver() {
      const socket = FakeWebSocket.last;
      for (let next = 0; next < rendered.length; ) {
        const end = Math.min(next + framesATurn, rendered.length);
        for (; next < end; next += 1) socket.receive(rendered[next]);
        await undefined;
      }
      if (delivered !== rendered.length) throw new Error(`${delivered} events were delivered`);
    },
    async emit({ count, bytes }) {
      const socket = FakeWebSocket.last;
      const data = { content: "x".repeat(bytes) };
      const answer = JSON.stringify([data]);
      for (let sent = 0; sent < count; sent += emitsATurn) {
        const answers = Array.from({ length: emitsATurn }, () => client.request("echo", data));
        await socket.echoes(emitsATurn);
        socket.answerEchoes(answer);
        await Promise.all(answers);
      }
    },
  };
}

export const ready = start();
