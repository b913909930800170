// Messages queued without a connection, and how long they take once there is one.
import { connectOurs, enterNew, queueTold, stateOf } from "./ours.js";
import { openOutbox } from "./outbox-table.js";

const { side, server, user } = Object.fromEntries(new URLSearchParams(location.search));

/**
 * Each connects, and gives:
 * `enter(room)` makes a room; `fill(room, contents)` loses the connection and queues;
 * `deliver()` gives the milliseconds from connected to the last acknowledgement;
 * `leave(room)` cleans up.
 */
const sides = {
  /** Durable: an entry is committed before it is sent, and its end as soon as it is acknowledged. */
  async ours() {
    const client = await connectOurs(server, user);
    let outbox;
    return {
      enter: (room) => enterNew(client, room),
      async fill(room, contents) {
        client.disconnect();
        const persisted = queueTold(client, "message:persisted", contents.length);
        for (const content of contents) client.queue.queueMessage({ channelId: room, content });
        await persisted;
        outbox ??= await openOutbox(user);
        const kept = await outbox.count();
        if (kept !== contents.length) throw new Error(`${kept} entries are in IndexedDB`);
      },
      async deliver(count) {
        const connected = stateOf(client, "connected");
        const sent = queueTold(client, "message:sent", count);
        await client.connect();
        const [from, to] = await Promise.all([connected, sent]);
        return { acknowledged: to - from, cleared: (await outbox.emptied()) - from };
      },
      leave: (room) => client.rooms.leaveRoom(room),
    };
  },

  /** The earlier implementation's loop: one, its acknowledgement, a pause. Without its storage. */
  earlier: () =>
    official(async (request, messages) => {
      for (const message of messages) {
        await request(message);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }),

  /** The same without the pause. */
  oneByOne: () =>
    official(async (request, messages) => {
      for (const message of messages) await request(message);
    }),

  /** All at once: the least that is possible, with nothing kept. */
  pipelined: () => official((request, messages) => Promise.all(messages.map(request))),
};

/** socket.io-client with an array for a queue. */
async function official(flush) {
  const { io } = await import("/socket.io/socket.io.esm.min.js");
  const socket = io(server, { transports: ["websocket"], auth: { token: `user:${user}` } });
  const request = async (event, data) => {
    const answer = await socket.timeout(10_000).emitWithAck(event, data);
    if (!answer.success) throw new Error(`${event}: ${answer.error.message}`);
  };
  let queue = [];
  await new Promise((resolve) => socket.once("authenticated", resolve));
  return {
    enter: (roomName) => request("room:create", { roomName }),
    fill(roomName, contents) {
      socket.disconnect();
      queue = contents.map((content) => ({
        roomName,
        content,
        clientMessageId: crypto.randomUUID(),
      }));
    },
    async deliver() {
      const connected = new Promise((resolve) => socket.once("connect", resolve));
      socket.connect();
      await connected;
      const from = performance.now();
      await flush((message) => request("message:send", message), queue);
      return { acknowledged: performance.now() - from };
    },
    leave: (roomName) => request("room:leave", { roomName }),
  };
}

async function start() {
  const client = await sides[side]();
  let rounds = 0;
  globalThis.bench = {
    /** Begins a round, in a room of its own: everything is queued. */
    async fill({ count, bytes }) {
      rounds += 1;
      const room = roomOf(rounds);
      await client.enter(room);
      await client.fill(
        room,
        Array.from({ length: count }, () => "x".repeat(bytes)),
      );
      gc();
    },
    deliver: (count) => client.deliver(count),
    leave: () => client.leave(roomOf(rounds)),
  };
}

function roomOf(round) {
  return `${side}-${round}`;
}

export const ready = start();
