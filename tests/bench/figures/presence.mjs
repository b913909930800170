import { figure } from "../support/figure.mjs";
import { inTurn } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

const clients = { ours: "ours", plain: "plain" };

/** What is delivered: so many changes, in bursts of so many to a frame, before so many listeners. */
const cases = [
  { name: "10,000 presence changes, 1 listener", users: 10_000, burst: 10_000, listeners: 1 },
  { name: "10,000 presence changes, 500 listeners", users: 10_000, burst: 10_000, listeners: 500 },
  { name: "room of 1,000, 5 % churn a second", users: 1_000, burst: 50, listeners: 500 },
];

/** The main thread's cost of others' presence, and how often a page is told of it. */
export async function presence({ browser, site, times, scale }) {
  const figures = [];
  for (const { name, users, burst, listeners } of cases) {
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
  }
  return figures;
}
