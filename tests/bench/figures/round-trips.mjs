import { figure } from "../support/figure.mjs";
import { inTurn, quantile } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

/**
 * A round's trips are made in so many slices, the sides in turn: what holds the machine up for a
 * moment then falls on every side, and not on the whole tail of one.
 */
const slices = 40;

/** Of each side in a round: the tail is of a hundredth of them, and has to be of more than a few. */
const tripsOfRound = 4_000;

/** How long an emit takes to its acknowledgement: the median and the 99th percentile of each round. */
export async function roundTrips({ browser, site, server, times: { rounds, warmUp }, scale }) {
  // The browser optimises WebAssembly function by function, over thousands of calls.
  const times = { rounds: rounds * slices, warmUp: warmUp * slices };
  const urls = ofEach({ ours: "ours", official: "official", bare: "bare" }, (client) =>
    pageUrl(site.origin, "real-socket", { client, server: server.url }),
  );
  const count = (tripsOfRound * scale) / slices;
  const trips = ofEach(urls, () => []);
  await withSides(browser, urls, (pages) =>
    inTurn(
      ofEach(pages, (page, side) => async () => {
        const slice = await page.call("roundTrips", { count, bytes: 100 });
        trips[side].push(slice);
        return quantile(slice.toSorted(ascending), 0.5);
      }),
      times,
    ),
  );
  const sorted = ofEach(trips, (side) => roundsOf(side.slice(times.warmUp)));
  const part = (wanted) => ofEach(sorted, (side) => side.map((round) => quantile(round, wanted)));
  const about = { unit: "ms", against: "official", atMost: 1.15 };
  return [
    figure({ name: "emit with ack, round trip, median", ...about }, part(0.5)),
    figure({ name: "emit with ack, round trip, p99", ...about }, part(0.99)),
  ];
}

/** The trips of every round, ascending. */
function roundsOf(all) {
  const starts = [...all.keys()].filter((index) => index % slices === 0);
  return starts.map((start) =>
    all
      .slice(start, start + slices)
      .flat()
      .sort(ascending),
  );
}

function ascending(a, b) {
  return a - b;
}
