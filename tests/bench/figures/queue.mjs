import { figure } from "../support/figure.mjs";
import { withOwnServer } from "../support/own-server.mjs";
import { inTurn, spread } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

const sides = { ours: "ours", earlier: "earlier", oneByOne: "oneByOne", pipelined: "pipelined" };
const bytes = 100;

/** How long messages of one room that were queued without a connection take, once there is one. */
export async function queue({ browser, site, times, scale }) {
  const count = 100 * scale;
  const cleared = [];
  const rounds = await withOwnServer((server) => {
    const urls = ofEach(sides, (side) =>
      pageUrl(site.origin, "queue", { side, server, user: side }),
    );
    return withSides(browser, urls, (pages) =>
      inTurn(
        ofEach(pages, (page, side) => async () => {
          const took = await page.call("deliver", { count, bytes });
          if (side === "ours") cleared.push(took.cleared);
          return took.acknowledged;
        }),
        times,
      ),
    );
  });
  const name = `${count} queued messages, acknowledged`;
  return [
    figure({ name, unit: "ms", against: "earlier", atMost: 0.01 }, rounds),
    {
      name: `${count} queued messages, out of IndexedDB`,
      unit: "ms",
      sides: { ours: spread(cleared.slice(times.warmUp)) },
      atMost: 25,
    },
  ];
}
