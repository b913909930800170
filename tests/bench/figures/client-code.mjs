import { figure } from "../support/figure.mjs";
import { inTurn } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

const clients = { ours: "ours", official: "official", bare: "bare" };
const kinds = {
  "message:new": { name: "client code per message", atMost: 0.9 },
  "app:event": { name: "client code per raw event" },
};

/** What each client's own code costs per event and per emit, with a fake socket. */
export async function clientCode({ browser, site, times, scale }) {
  const figures = [];
  for (const [event, { name, atMost }] of Object.entries(kinds)) {
    for (const bytes of [100, 250, 2_000]) {
      const urls = ofEach(clients, (client) =>
        pageUrl(site.origin, "client-code", { client, event }),
      );
      const count = 20_000 * scale;
      const rounds = await withSides(browser, urls, (pages) =>
        inTurn(
          ofEach(pages, (page) => async () => {
            await page.call("render", { count, bytes });
            return (await page.cpuOf("deliver")) / count;
          }),
          times,
        ),
      );
      const about = { name: `${name}, ${bytes} B`, unit: "µs", against: "official", atMost };
      figures.push(figure(about, rounds));
    }
  }
  return [...figures, await emit({ browser, site, times, scale })];
}

async function emit({ browser, site, times, scale }) {
  const urls = ofEach(clients, (client) =>
    pageUrl(site.origin, "client-code", { client, event: "app:event" }),
  );
  const count = 10_000 * scale;
  const rounds = await withSides(browser, urls, (pages) =>
    inTurn(
      ofEach(pages, (page) => async () => {
        await page.call("render", { count: 0 });
        return (await page.cpuOf("emit", { count, bytes: 100 })) / count;
      }),
      times,
    ),
  );
  const name = "client code per emit with ack";
  return figure({ name, unit: "µs", against: "official", atMost: 1 }, rounds);
}
