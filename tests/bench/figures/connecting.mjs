import { startDelayProxy } from "../support/delay-proxy.mjs";
import { figure } from "../support/figure.mjs";
import { inTurn } from "../support/rounds.mjs";
import { ofEach, pageUrl } from "../support/sides.mjs";

const ways = {
  ours: "ours",
  official: "official",
  oursLoaded: "oursLoaded",
  officialWebSocket: "officialWebSocket",
  bare: "bare",
};

/** How long it takes from asking for a connection to the first event, each time in a new page. */
export async function connecting({ browser, site, server, times }) {
  const far = await startDelayProxy(server.url, 40);
  const places = { loopback: server.url, "40 ms round trip": far.url };
  const figures = [];
  for (const [place, url] of Object.entries(places)) {
    const sides = ofEach(ways, (way) => async () => {
      const page = await browser.open(pageUrl(site.origin, "connect", { way, server: url }));
      try {
        return await page.call("connect");
      } finally {
        await page.close();
      }
    });
    const rounds = await inTurn(sides, { ...times, rounds: times.rounds * 2 });
    const name = `connect to first event, ${place}`;
    figures.push(figure({ name, unit: "ms", against: "official", atMost: 1 }, rounds));
  }
  far.close();
  return figures;
}
