// Both clients, and none at all, behind one interface.
import { rooms } from "./frames.js";
import { PlainState } from "./plain-state.js";

/**
 * @typedef {object} Client
 * @property {(name: string, listener: (data: any) => void) => void} onEvent raw events
 * @property {(listener: (message: any) => void) => Promise<void> | void} onMessages joins all rooms;
 * each message once, in order, kept
 * @property {(name: string, data?: any) => Promise<any>} request waits 10 s for the answer
 */

/** @type {Record<string, (url: string) => Promise<Client>>} */
export const clients = {
  async ours(url) {
    const { RealtimeClient } = await import("/pkg/dist/index.js");
    const client = new RealtimeClient();
    client.initialize({ url });
    await client.connect();
    return {
      onEvent: (name, listener) => client.on(name, listener),
      async onMessages(listener) {
        await client.rooms.joinRooms(rooms);
        for (const room of rooms) client.rooms.onRoomMessage(room, listener);
      },
      request: (name, data) => client.emitAsync(name, data, 10_000),
    };
  },

  async official(url) {
    const { io } = await import("/socket.io/socket.io.esm.min.js");
    const socket = io(url, { transports: ["websocket"] });
    await new Promise((resolve) => socket.once("connect", resolve));
    return {
      onEvent: (name, listener) => socket.on(name, listener),
      onMessages(listener) {
        const state = new PlainState();
        for (const room of rooms) state.join(room);
        state.listen(listener);
        socket.on("message:new", (message) => state.receive(message));
      },
      request: (name, data) => socket.timeout(10_000).emitWithAck(name, data),
    };
  },

  /** The least there can be: one handler, one `JSON.parse`. */
  async bare(url) {
    const socket = new WebSocket(
      `${url.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`,
    );
    const listeners = new Map();
    const answers = new Map();
    let lastId = -1;
    await new Promise((resolve) => {
      socket.onmessage = ({ data }) => {
        if (data.startsWith("0")) socket.send("40");
        else if (data === "2") socket.send("3");
        else if (data.startsWith("40")) resolve();
        else if (data.startsWith("42")) {
          const [name, body] = JSON.parse(data.slice(2));
          listeners.get(name)?.(body);
        } else {
          const start = data.indexOf("[");
          const id = Number(data.slice(2, start));
          answers.get(id)?.(JSON.parse(data.slice(start))[0]);
          answers.delete(id);
        }
      };
    });
    return {
      onEvent: (name, listener) => listeners.set(name, listener),
      onMessages: (listener) => listeners.set("message:new", listener),
      request: (name, data) =>
        new Promise((resolve) => {
          lastId += 1;
          answers.set(lastId, resolve);
          socket.send(`42${lastId}${JSON.stringify([name, data])}`);
        }),
    };
  },
};
