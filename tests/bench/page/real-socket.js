// What a client costs with a real socket, and how long its round trips take.
import { clients } from "./clients.js";

const parameters = Object.fromEntries(new URLSearchParams(location.search));
const { client: name, server, event } = parameters;
let delivered = 0;

async function start() {
  const client = await clients[name](server);
  const count = () => {
    delivered += 1;
  };
  if (event === "message:new") await client.onMessages(count);
  else if (event) client.onEvent(event, count);
  globalThis.bench = {
    async render(options) {
      await client.request("render", { event, ...options });
      gc();
    },
    /** Resolves once all that was rendered has been delivered. */
    async flood({ count }) {
      delivered = 0;
      await client.request("flood");
      if (delivered !== count) throw new Error(`${delivered} of ${count} events were delivered`);
    },
    /** Milliseconds of each of `count` round trips, one after the other. */
    async roundTrips({ count, bytes }) {
      const data = { content: "x".repeat(bytes) };
      const times = [];
      for (let done = 0; done < count; done += 1) {
        const before = performance.now();
        await client.request("echo", data);
        times.push(performance.now() - before);
      }
      return times;
    },
  };
}

export const ready = start();
