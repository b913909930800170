// The tab that sends stands still (SIGSTOP) and comes back: another one takes over, and what the
// first still believes does no harm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startDevServer } from "../support/dev-server.mjs";
import { until } from "../support/until.mjs";
import { Ledger } from "./support/ledger.mjs";
import { startLink } from "./support/link.mjs";
import { drained, openQueue, signal, startProfile, write } from "./support/profile.mjs";
import { conclude } from "./support/summary.mjs";
import { makeRooms, readLogs } from "./support/witness.mjs";

const rooms = ["one", "two"];

// What waits is looked after for 2 s, the leader has 3 to 3.75 s to answer, and the store raises the
// fence: 5 to 6 s. But where the leader froze within a transaction of the store, nobody can use that
// until Chromium gives up the transaction, which takes it 60 s.
const longestMs = 75_000;

test("a frozen leader is replaced, and sends nothing twice when it is back", async (t) => {
  const server = await startDevServer(t);
  await makeRooms(server.url, rooms);
  const link = await startLink(t, server.url);
  link.mend(20);
  const ledger = new Ledger("returned");
  const profile = await startProfile(t, ledger.hear);
  const options = { url: link.url, rooms, config: { userId: "alice" } };

  const first = await profile.openAlone();
  await openQueue(first.page, options);
  await becomesLeader(first.page);
  const second = await profile.openAlone();
  await openQueue(second.page, options);
  await write(first.page, { line: "first", rooms, everyMs: 50 });
  await write(second.page, { line: "second", rooms, everyMs: 50 });
  await until(() => ledger.promised > 100, "both queue");

  assert.ok(await first.page.evaluate(leads), "the first leads");
  assert.ok(!(await second.page.evaluate(leads)), "the second follows");
  signal(first.renderer, "SIGSTOP");
  const answer = first.page.evaluate(() => "alive");
  const silence = pause(300).then(() => "frozen");
  assert.equal(await Promise.race([answer, silence]), "frozen");
  t.after(() => signal(first.renderer, "SIGCONT"));
  const frozenAt = performance.now();
  await becomesLeader(second.page, longestMs);
  const takenOver = performance.now() - frozenAt;
  await second.page.evaluate(() => globalThis.write.end());
  await drained(second.page);

  signal(first.renderer, "SIGCONT");
  await until(async () => !(await first.page.evaluate(leads)), "the first steps down");
  await first.page.evaluate(() => globalThis.write.end());
  await Promise.all([drained(first.page), drained(second.page)]);
  assert.ok(await second.page.evaluate(leads), "the second still leads");
  t.diagnostic(`taken over after ${(takenOver / 1000).toFixed(1)} s`);
  conclude(t, ledger.judge(await readLogs(server.url, rooms)));
});

/** Asks the engine itself: a snapshot is of the queue's last change. */
async function leads() {
  const { hostOf } = await import("/dist/client-host.js");
  return hostOf(globalThis.client).read(({ queue }) => queue.snapshot()).isLeader;
}

function becomesLeader(page, timeoutMs) {
  return until(() => page.evaluate(leads), "it leads", timeoutMs);
}
