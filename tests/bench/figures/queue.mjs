import { figure } from "../support/figure.mjs";
import { withOwnServer } from "../support/own-server.mjs";
import { inTurn, spread } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

const sides = { ours: "ours", earlier: "earlier", oneByOne: "oneByOne", pipelined: "pipelined" };
const bytes = 100;
const count = 100;

/** How long messages of one room that were queued without a connection take, once there is one. */
export async function queue({ browser, site, times }) {
  const cleared = [];
  const cpu = ofEach(sides, () => []);
  const rounds = await withOwnServer((server) => {
    const urls = ofEach(sides, (side) =>
      pageUrl(site.origin, "queue", { side, server, user: side }),
    );
    return withSides(browser, urls, (pages) =>
      inTurn(
        ofEach(pages, (page, side) => async () => {
          await page.call("fill", { count, bytes });
          const before = await page.cpu();
          const took = await page.call("deliver", count);
          cpu[side].push(((await page.cpu()) - before) / count);
          await page.call("leave");
          if (side === "ours") cleared.push(took.cleared);
          return took.acknowledged;
        }),
        times,
      ),
    );
  });
  const name = `${count} queued messages, acknowledged`;
  const counted = (all) => all.slice(times.warmUp);
  return [
    figure({ name, unit: "ms", against: "earlier", atMost: 0.01 }, rounds),
    figure(
      { name: "main thread of each, connecting included", unit: "µs", against: "oneByOne" },
      ofEach(cpu, counted),
    ),
    {
      name: `${count} queued messages, out of IndexedDB`,
      unit: "ms",
      sides: { ours: spread(counted(cleared)) },
      atMost: 25,
    },
  ];
}
