// A very long queue: queued without a connection, then sent, while the page stays responsive.
import { connectOurs, enterNew, queueTold, stateOf } from "./ours.js";

/** Messages that an app queues in one go. */
const inOneGo = 100;

const { server, user } = Object.fromEntries(new URLSearchParams(location.search));

async function start() {
  const client = await connectOurs(server, user);
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  observer.observe({ type: "longtask" });
  /** Those since the last call. Every task is over that the browser has told of by then. */
  const longestTask = async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    tasks.push(...observer.takeRecords());
    const durations = tasks.splice(0).map(({ duration }) => duration);
    return Math.max(0, ...durations);
  };
  globalThis.bench = {
    enter: (room) => enterNew(client, room),
    /** Queues numbers, from 1 on, and resolves once they are in IndexedDB. */
    async fill(room, count) {
      client.disconnect();
      const persisted = queueTold(client, "message:persisted", count);
      for (let number = 1; number <= count; number += 1) {
        client.queue.queueMessage({ channelId: room, content: String(number) });
        if (number % inOneGo === 0) await new Promise((resolve) => setTimeout(resolve));
      }
      await persisted;
      return { longestTask: await longestTask() };
    },
    async drain(count) {
      const connected = stateOf(client, "connected");
      const sent = queueTold(client, "message:sent", count);
      await client.connect();
      const [from, to] = await Promise.all([connected, sent]);
      return { ms: to - from, longestTask: await longestTask() };
    },
  };
}

export const ready = start();
