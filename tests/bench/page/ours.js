// Our client with one user of our server, as the figures of queue and synchronisation use it.

/** Loads the package, and connects. */
export async function connectOurs(url, user) {
  const { RealtimeClient } = await import("/pkg/dist/index.js");
  const client = new RealtimeClient();
  client.initialize({ url });
  client.queue.configure({ maxQueueSize: 20_000 });
  await client.connect(`user:${user}`);
  await stateOf(client, "authenticated");
  return client;
}

/** Resolves, with the time, once the connection is in a state. */
export function stateOf(client, wanted) {
  return new Promise((resolve) => {
    const unsubscribe = client.onConnectionStateChange((state) => {
      if (state !== wanted) return;
      resolve(performance.now());
      // The first call comes before there is anything to call.
      queueMicrotask(() => unsubscribe());
    });
  });
}

/** Resolves, with the time, once the queue has told of so many such events. */
export function queueTold(client, wanted, count) {
  return new Promise((resolve, reject) => {
    let told = 0;
    const unsubscribe = client.queue.subscribe((event, { error } = {}) => {
      if (event === "message:failed") reject(new Error(error));
      if (event !== wanted) return;
      told += 1;
      if (told < count) return;
      unsubscribe();
      resolve(performance.now());
    });
  });
}

/** Makes a room for everyone, and joins it. */
export async function enterNew(client, roomName) {
  await client.emitAsync("room:create", { roomName });
  await client.rooms.joinRoom(roomName);
}
