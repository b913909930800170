import { setTimeout as delay } from "node:timers/promises";
import { figure } from "../support/figure.mjs";
import { inTurn, spread } from "../support/rounds.mjs";
import { ofEach, pageUrl } from "../support/sides.mjs";

const clients = { ours: "ours", official: "official" };
const event = "message:new";

/** What messages of 250 B cost a page that keeps them: JavaScript's heap and WebAssembly's memory. */
export async function memory({ browser, site, scale, memoryRounds }) {
  const count = 10_000 * scale;
  const rounds = await inTurn(
    ofEach(clients, (client) => async () => {
      const page = await browser.open(pageUrl(site.origin, "client-code", { client, event }));
      try {
        await page.call("render", { count: 0 });
        const before = await bytesOf(page);
        await page.call("render", { count, bytes: 250, users: 1_000 });
        await page.call("deliver");
        // What a client does about them later has been done.
        await delay(1_000);
        await page.call("render", { count: 0 });
        return ((await bytesOf(page)) - before) / 1e6;
      } finally {
        await page.close();
      }
    }),
    { rounds: memoryRounds, warmUp: 0 },
  );
  const name = `memory of ${count} messages in 10 rooms, 1000 users`;
  return [
    { name, unit: "MB", sides: { ours: spread(rounds.ours) }, atMost: 10 },
    figure({ name: "the same, beside plain JavaScript", unit: "MB", against: "official" }, rounds),
  ];
}

async function bytesOf(page) {
  return (await page.metric("JSHeapUsedSize")) + (await page.call("wasmBytes"));
}
