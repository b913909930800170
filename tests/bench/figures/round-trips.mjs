import { figure } from "../support/figure.mjs";
import { inTurn, quantile } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

/** How long an emit takes to its acknowledgement: the median and the 99th percentile of each round. */
export async function roundTrips({ browser, site, server, times: { rounds, warmUp }, scale }) {
  // The browser optimises WebAssembly function by function, over thousands of calls.
  const times = { rounds, warmUp: warmUp * 5 };
  const urls = ofEach({ ours: "ours", official: "official", bare: "bare" }, (client) =>
    pageUrl(site.origin, "real-socket", { client, server: server.url }),
  );
  const count = 1_000 * scale;
  const slowest = ofEach(urls, () => []);
  const medians = await withSides(browser, urls, (pages) =>
    inTurn(
      ofEach(pages, (page, side) => async () => {
        const sorted = (await page.call("roundTrips", { count, bytes: 100 })).sort((a, b) => a - b);
        slowest[side].push(quantile(sorted, 0.99));
        return quantile(sorted, 0.5);
      }),
      times,
    ),
  );
  const counted = ofEach(slowest, (figures) => figures.slice(times.warmUp));
  const about = { unit: "ms", against: "official", atMost: 1.15 };
  return [
    figure({ name: "emit with ack, round trip, median", ...about }, medians),
    figure({ name: "emit with ack, round trip, p99", ...about }, counted),
  ];
}
