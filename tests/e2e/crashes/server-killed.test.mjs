// SIGKILL of the server while a client sends: what was queued arrives, once, in order.
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startDevServer } from "../support/dev-server.mjs";
import { Ledger } from "./support/ledger.mjs";
import { drained, openQueue, startProfile, write } from "./support/profile.mjs";
import { conclude, rounds } from "./support/summary.mjs";
import { makeRooms, readLogs } from "./support/witness.mjs";

const rooms = ["one", "two", "three"];
/** The server lives this long after it was started, at most. */
const longestLifeMs = 600;

test("no message is lost, doubled or out of order when the server is killed", async (t) => {
  const server = await startDevServer(t);
  await makeRooms(server.url, rooms);
  const ledger = new Ledger();
  const profile = await startProfile(t, ledger.hear);
  const page = await profile.open();
  await openQueue(page, { url: server.url, rooms, config: { userId: "alice" } });
  await write(page, { line: "alice", rooms, everyMs: 30 });
  for (let round = 1; round <= rounds; round += 1) {
    await page.waitForFunction(() => globalThis.client.isAuthenticated);
    await pause(Math.random() * longestLifeMs);
    await server.kill();
    await server.start();
  }
  await page.evaluate(() => globalThis.write.end());
  await drained(page);
  conclude(t, ledger.judge(await readLogs(server.url, rooms)), { rounds });
});
