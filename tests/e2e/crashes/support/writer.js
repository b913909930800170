// Runs in the page: clients whose queue tells the test outside what it said, as it says it.

/**
 * A client of `url` with its queue; `told` in the test gets `queued` and `persisted`.
 *
 * @param {{ url: string, user?: string, rooms?: string[], config?: object }} options `rooms` are
 * joined; `connect: false` leaves it without a connection
 */
globalThis.openQueue = async ({ url, user = "alice", rooms = [], config = {}, connect = true }) => {
  const { sdk, newClient, report } = globalThis;
  await sdk.init();
  const client = newClient(url, { timeout: 2_000, ...config });
  const { queue } = client;
  queue.configure({ maxQueueSize: 100_000 });
  queue.subscribe((event, { message, error }) => {
    const kind = event.replace(/^\w+:/, "");
    if (["persisted", "sent", "failed"].includes(kind)) {
      report({ kind, id: message.id, error });
    }
  });
  if (connect) client.connect(`user:${user}`).catch(() => undefined);
  for (const room of rooms) client.rooms.joinRoom(room).catch(() => undefined);
  return Object.assign(globalThis, { client, queue });
};

/** Queues a message; `returned` is told in the same instant. */
globalThis.queueOne = (channelId, content) => {
  const queued = globalThis.queue.queueMessage({ channelId, content });
  globalThis.report({ kind: "returned", id: queued.id });
  return queued;
};

/**
 * Queues messages `<line>/<number>`, a few at a time, into one of the rooms each.
 *
 * @param {{ line: string, rooms: string[], first?: number, most?: number, everyMs?: number }} options
 * resolves with how many were queued: `most`, or those until `write.end()`
 */
globalThis.write = ({ line, rooms, first = 0, most = Number.POSITIVE_INFINITY, everyMs = 5 }) =>
  new Promise((resolve) => {
    let number = first;
    let last = first + most;
    globalThis.write.end = () => {
      last = number;
    };
    const burst = () => {
      const size = Math.min(1 + Math.floor(Math.random() * 5), last - number);
      for (let left = size; left > 0; left -= 1) {
        const channelId = rooms[Math.floor(Math.random() * rooms.length)];
        globalThis.queueOne(channelId, `${line}/${number}`);
        number += 1;
      }
      if (number === last) resolve(number - first);
      else setTimeout(burst, Math.random() * 2 * everyMs);
    };
    burst();
  });

/**
 * Queues messages and never returns: nothing of the page runs after the last call.
 */
globalThis.writeAndHang = ({ line, rooms, first, most }) => {
  for (let number = first; number < first + most; number += 1) {
    const channelId = rooms[number % rooms.length];
    globalThis.queueOne(channelId, `${line}/${number}`);
  }
  for (;;);
};
