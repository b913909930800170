// From asking for a connection to the first event, in a page that has loaded the client's code.
const { way, server } = Object.fromEntries(new URLSearchParams(location.search));

/** Each loads its code, and gives a function that connects and calls back with the first event. */
const ways = {
  /** The module is fetched and compiled within the time that is measured. */
  async ours() {
    const { RealtimeClient } = await import("/pkg/dist/index.js");
    return (url, onEvent) => {
      const client = new RealtimeClient();
      client.initialize({ url });
      client.on("hello", onEvent);
      return client.connect();
    };
  },
  async oursLoaded() {
    const { init } = await import("/pkg/dist/index.js");
    await init();
    return ways.ours();
  },
  async official() {
    const { io } = await import("/socket.io/socket.io.esm.min.js");
    return (url, onEvent) => io(url).on("hello", onEvent);
  },
  async officialWebSocket() {
    const { io } = await import("/socket.io/socket.io.esm.min.js");
    return (url, onEvent) => io(url, { transports: ["websocket"] }).on("hello", onEvent);
  },
  async bare() {
    return (url, onEvent) => {
      const socket = new WebSocket(
        `${url.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`,
      );
      socket.onmessage = ({ data }) => {
        if (data.startsWith("0")) socket.send("40");
        else if (data.startsWith("42")) onEvent(JSON.parse(data.slice(2))[1]);
      };
    };
  },
};

async function start() {
  const connect = await ways[way]();
  globalThis.bench = {
    /** Milliseconds to the first event. */
    connect() {
      const before = performance.now();
      return new Promise((resolve) => {
        connect(server, () => resolve(performance.now() - before));
      });
    },
  };
}

export const ready = start();
