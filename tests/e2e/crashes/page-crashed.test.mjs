// A crash of the renderer in the instant after `queueMessage` returned: the journal has the message.
import { once } from "node:events";
import { test } from "node:test";
import { startDevServer } from "../support/dev-server.mjs";
import { until } from "../support/until.mjs";
import { Ledger } from "./support/ledger.mjs";
import { startLink } from "./support/link.mjs";
import { drained, openQueue, signal, startProfile } from "./support/profile.mjs";
import { conclude, rounds } from "./support/summary.mjs";
import { makeRooms, readLogs } from "./support/witness.mjs";

const rooms = ["one", "two"];
const messagesOfRound = 10;

test("what queueMessage returned survives a crash of the renderer in the next instant", async (t) => {
  const server = await startDevServer(t);
  await makeRooms(server.url, rooms);
  const link = await startLink(t, server.url);
  const ledger = new Ledger("returned");
  const profile = await startProfile(t, ledger.hear);
  const options = { url: link.url, rooms, config: { userId: "alice" } };
  for (let round = 0; round < rounds; round += 1) {
    link.mend();
    const { page, renderer } = await profile.openAlone();
    await openQueue(page, options);
    await drained(page);
    if (round % 2 === 0) link.cut();
    const crashed = once(page, "crash");
    const words = { line: "alice", rooms, first: round * messagesOfRound, most: messagesOfRound };
    page.evaluate((words) => globalThis.writeAndHang(words), words).catch(() => undefined);
    await until(() => ledger.promised === (round + 1) * messagesOfRound, "the calls returned");
    signal(renderer, "SIGKILL");
    await crashed;
    await page.close();
  }
  link.mend();
  const page = await profile.open();
  await openQueue(page, options);
  await drained(page);
  conclude(t, ledger.judge(await readLogs(server.url, rooms)), { rounds });
});
