import { figure } from "../support/figure.mjs";
import { inTurn } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

const kinds = {
  "message:new": { name: "main thread per message", atMost: 1 },
  "app:event": { name: "main thread per raw event" },
};

/** What a delivered event costs the main thread, with real single frames of one server. */
export async function realFrames({ browser, site, server, times, scale }) {
  const figures = [];
  for (const [event, { name, atMost }] of Object.entries(kinds)) {
    const url = (client, of = event) =>
      pageUrl(site.origin, "real-socket", { client, event: of, server: server.url });
    const urls = { ours: url("ours"), official: url("official"), bare: url("bare") };
    const count = 5_000 * scale;
    const rounds = await withSides(browser, urls, (pages) =>
      inTurn(
        ofEach(pages, (page) => async () => {
          await page.call("render", { count, bytes: 250 });
          return (await page.cpuOf("flood", { count })) / count;
        }),
        times,
      ),
    );
    const about = { name: `${name}, 250 B`, unit: "µs", against: "official", atMost };
    figures.push(figure(about, rounds));
  }
  return figures;
}
