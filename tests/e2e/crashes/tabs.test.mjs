// Several tabs of one profile queue at once, while tabs are closed and crash: every message whose
// `queueMessage` returned arrives, once, in the order of its tab and room.
import { once } from "node:events";
import { test } from "node:test";
import { startDevServer } from "../support/dev-server.mjs";
import { until } from "../support/until.mjs";
import { Ledger } from "./support/ledger.mjs";
import { startLink } from "./support/link.mjs";
import { drained, openQueue, signal, startProfile, write } from "./support/profile.mjs";
import { conclude } from "./support/summary.mjs";
import { makeRooms, readLogs } from "./support/witness.mjs";

const rooms = ["one", "two"];
const endings = {
  closed: ({ page }) => page.close(),
  async crashed({ page, renderer }) {
    const crashed = once(page, "crash");
    signal(renderer, "SIGKILL");
    await crashed;
    await page.close();
  },
};

const counts = [2, 4, 8];

for (const count of counts) {
  test(`${count} tabs queue while tabs close and crash`, async (t) => {
    const server = await startDevServer(t);
    await makeRooms(server.url, rooms);
    const link = await startLink(t, server.url);
    link.mend(5);
    const ledger = new Ledger("returned");
    const profile = await startProfile(t, ledger.hear);
    let opened = 0;
    const open = async () => {
      opened += 1;
      const tab = await profile.openAlone();
      await openQueue(tab.page, { url: link.url, rooms, config: { userId: "alice" } });
      // However many tabs there are, they queue as much together: each hears of all of it.
      await write(tab.page, { line: `tab ${opened}`, rooms, everyMs: 100 * count });
      return tab;
    };
    const tabs = [];
    while (tabs.length < count) tabs.push(await open());
    for (const end of [...Object.values(endings), ...Object.values(endings)]) {
      const before = ledger.promised;
      await until(() => ledger.promised > before + 20, "more is queued");
      // The first one leads, most likely; the others are as good as each other.
      const index = Math.random() < 0.5 ? 0 : tabs.length - 1;
      const [tab] = tabs.splice(index, 1);
      await end(tab);
      tabs.push(await open());
    }
    for (const { page } of tabs) await page.evaluate(() => globalThis.write.end());
    for (const { page } of tabs) await drained(page);
    conclude(t, ledger.judge(await readLogs(server.url, rooms)), { tabs: opened });
  });
}
