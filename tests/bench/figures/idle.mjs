import { setTimeout as delay } from "node:timers/promises";
import { figure } from "../support/figure.mjs";
import { inTurn } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

/** CPU of the main thread of a page that does nothing but keep a connection. */
export async function idle({ browser, site, server, idleMs, idleRounds }) {
  const clients = { ours: "ours", official: "official", bare: "bare" };
  const urls = ofEach(clients, (client) =>
    pageUrl(site.origin, "real-socket", { client, server: server.url }),
  );
  const rounds = await withSides(browser, urls, async (pages) => {
    // What follows a start (compilation, first pings) is over.
    await delay(1_000);
    // All sides wait at the same time: each page has a process of its own.
    const measured = {};
    return inTurn(
      ofEach(pages, (_, side) => async () => {
        if (side === "ours") Object.assign(measured, await meanwhile(pages, idleMs));
        return measured[side];
      }),
      { rounds: idleRounds, warmUp: 0 },
    );
  });
  const name = `idle page, ${idleMs / 1_000} s`;
  const inMs = ofEach(rounds, (figures) => figures.map((microseconds) => microseconds / 1_000));
  return [figure({ name, unit: "ms", against: "official", atMost: 3 }, inMs)];
}

async function meanwhile(pages, ms) {
  const before = {};
  for (const [side, page] of Object.entries(pages)) before[side] = await page.cpu();
  await delay(ms);
  const used = {};
  for (const [side, page] of Object.entries(pages)) used[side] = (await page.cpu()) - before[side];
  return used;
}
