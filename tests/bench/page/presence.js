// What presence costs a page: frames go straight to the client's handler.
import { FakeWebSocket } from "./fake-socket.js";
import { wasmBytes } from "./wasm-memory.js";

const statuses = ["online", "away", "busy", "offline"];
const { client: name } = Object.fromEntries(new URLSearchParams(location.search));

/** What a page looks at presence by: whoever is told of any user, or of one. */
const sides = {
  async ours() {
    const { RealtimeClient } = await import("/pkg/dist/index.js");
    const client = new RealtimeClient();
    client.initialize({ url: "http://fake" });
    await client.connect();
    return {
      onAny: (listener) => client.presence.onPresenceChange(listener),
      onUser: (id, listener) =>
        client.subscribe(`user:${id}`, () => listener(client.getSnapshot(`user:${id}`))),
    };
  },

  /** As an application would on top of socket.io-client: a map, and listeners told of each change. */
  async plain() {
    const { io } = await import("/socket.io/socket.io.esm.min.js");
    const socket = io("http://fake", { transports: ["websocket"] });
    await new Promise((resolve) => socket.once("connect", resolve));
    const known = new Map();
    const any = new Set();
    const users = new Map();
    socket.on("presence:changed", ({ userId, status, customStatus, lastSeenAt }) => {
      const presence = { userId, status, customStatus, lastSeenAt };
      known.set(userId, presence);
      for (const listener of any) listener(presence);
      users.get(userId)?.(presence);
    });
    return {
      onAny: (listener) => any.add(listener),
      onUser: (id, listener) => users.set(id, listener),
    };
  },
};

async function start() {
  globalThis.WebSocket = FakeWebSocket;
  const side = await sides[name]();
  let rendered = [];
  let told = 0;
  let round = 0;
  globalThis.bench = {
    wasmBytes,
    /** Looks at all users by one listener, or at the first few by one each. */
    look({ listeners }) {
      const count = () => {
        told += 1;
      };
      if (listeners === 1) side.onAny(count);
      for (let user = 0; listeners > 1 && user < listeners; user += 1) {
        side.onUser(`user-${user}`, count);
      }
    },
    /** One change for each of so many users. */
    render({ users }) {
      round += 1;
      rendered = Array.from({ length: users }, (_, user) => frame(user, round));
      told = 0;
      gc();
    },
    /** Hands them over, so many to a frame of the page. Answers how often a listener was called. */
    async deliver({ burst }) {
      for (let next = 0; next < rendered.length; ) {
        const end = Math.min(next + burst, rendered.length);
        for (; next < end; next += 1) FakeWebSocket.last.receive(rendered[next]);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      await new Promise((resolve) => requestAnimationFrame(resolve));
      return told;
    },
  };
}

function frame(user, round) {
  const body = {
    userId: `user-${user}`,
    status: statuses[(user + round) % statuses.length],
    customStatus: user % 4 === 0 ? { text: "In a meeting", emoji: "📅" } : null,
    customEmoji: null,
    lastSeen: null,
    lastSeenAt: null,
  };
  return `42${JSON.stringify(["presence:changed", body])}`;
}

export const ready = start();
