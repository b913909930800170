// What was missed while there was no connection, and how long it takes to be there.
import { connectOurs, stateOf } from "./ours.js";

const { side, server, user } = Object.fromEntries(new URLSearchParams(location.search));

/**
 * Each connects, and gives `enter(room)`, which has one message, `leave(room)`, `lose()` the connection, and
 * `catchUp(room, count)`: the milliseconds from connected until so many messages are there.
 */
const sides = {
  async ours() {
    const client = await connectOurs(server, user);
    const shown = (room) => client.getSnapshot(`timeline:${room}`);
    /** Resolves, with the time, once a room shows so many messages. */
    const shows = (room, count) =>
      new Promise((resolve) => {
        const look = () => {
          if (shown(room).length < count) return;
          unsubscribe();
          resolve(performance.now());
        };
        const unsubscribe = client.subscribe(`timeline:${room}`, look);
        queueMicrotask(look);
      });
    return {
      async enter(room) {
        await client.rooms.joinRoom(room);
        await shows(room, 1);
      },
      leave: (room) => client.rooms.leaveRoom(room),
      lose: () => client.disconnect(),
      async catchUp(room, count) {
        const connected = stateOf(client, "connected");
        const here = shows(room, 1 + count);
        await client.connect();
        const [from, to] = await Promise.all([connected, here]);
        const last = shown(room).at(-1);
        if (last.seq !== 1 + count) throw new Error(`the last message is ${last.seq}`);
        return to - from;
      },
    };
  },

  /** The least: one request for exactly what is missing, into an array. */
  async official() {
    const { io } = await import("/socket.io/socket.io.esm.min.js");
    const socket = io(server, { transports: ["websocket"], auth: { token: `user:${user}` } });
    const request = async (event, data) => {
      const answer = await socket.timeout(10_000).emitWithAck(event, data);
      if (!answer.success) throw new Error(`${event}: ${answer.error.message}`);
      return answer.data;
    };
    await new Promise((resolve) => socket.once("authenticated", resolve));
    return {
      enter: (roomName) => request("room:join", { roomName }),
      leave: (roomName) => request("room:leave", { roomName }),
      lose: () => void socket.disconnect(),
      async catchUp(channelId, count) {
        const connected = new Promise((resolve) => socket.once("connect", resolve));
        socket.connect();
        await connected;
        const from = performance.now();
        const asked = { channelId, afterSeq: 1, limit: count };
        const { messages } = await request("sync:messages", asked);
        const took = performance.now() - from;
        if (messages.length !== count) throw new Error(`${messages.length} messages came`);
        return took;
      },
    };
  },
};

async function start() {
  globalThis.bench = await sides[side]();
}

export const ready = start();
