import { setTimeout as delay } from "node:timers/promises";
import { figure } from "../support/figure.mjs";
import { inTurn } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

const clients = { ours: "ours", plain: "plain" };

/**
 * What is delivered: so many changes, in bursts of so many to a frame, before so many listeners;
 * and how often everybody has changed when it is looked at what the page holds.
 */
const cases = [
  { name: "10,000 presence changes, 1 listener", users: 10_000, burst: 10_000, listeners: 1 },
  {
    name: "10,000 presence changes, 500 listeners",
    users: 10_000,
    burst: 10_000,
    listeners: 500,
    turns: 1,
  },
  {
    name: "room of 1,000, 5 % churn a second",
    users: 1_000,
    burst: 50,
    listeners: 500,
    turns: 5,
  },
];

/** The main thread's cost of others' presence, how often a page is told of it, and what it holds. */
export async function presence({ browser, site, times, scale, memoryRounds }) {
  const figures = [];
  for (const { name, users, burst, listeners, turns } of cases) {
    const urls = ofEach(clients, (client) => pageUrl(site.origin, "presence", { client }));
    const count = Math.max(burst, users * scale);
    const told = { ours: [], plain: [] };
    const rounds = await withSides(browser, urls, async (pages) => {
      for (const page of Object.values(pages)) await page.call("look", { listeners });
      return inTurn(
        ofEach(pages, (page, side) => async () => {
          await page.call("render", { users: count });
          const before = await page.cpu();
          told[side].push(await page.call("deliver", { burst }));
          return ((await page.cpu()) - before) / count;
        }),
        times,
      );
    });
    figures.push(figure({ name: `${name}: CPU per change`, unit: "µs", against: "plain" }, rounds));
    figures.push(figure({ name: `${name}: calls`, unit: "", against: "plain" }, told));
    if (turns) {
      const held = await inTurn(
        ofEach(urls, (url) => () => heldBy(browser, url, { count, burst, listeners, turns })),
        { rounds: memoryRounds, warmUp: 0 },
      );
      figures.push(figure({ name: `${name}: memory`, unit: "MB", against: "plain" }, held));
    }
  }
  return figures;
}

/** What a page holds more than before, once everybody has changed so many times, in MB. */
async function heldBy(browser, url, { count, burst, listeners, turns }) {
  const page = await browser.open(url);
  try {
    await page.call("look", { listeners });
    await page.call("render", { users: 0 });
    const before = await bytesOf(page);
    for (let turn = 0; turn < turns; turn += 1) {
      await page.call("render", { users: count });
      await page.call("deliver", { burst });
    }
    // What a client does about them later has been done.
    await delay(1_000);
    await page.call("render", { users: 0 });
    return ((await bytesOf(page)) - before) / 1e6;
  } finally {
    await page.close();
  }
}

async function bytesOf(page) {
  return (await page.metric("JSHeapUsedSize")) + (await page.call("wasmBytes"));
}
