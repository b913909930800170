// SIGKILL of the whole browser at any moment: what was reported persisted arrives, once, in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startDevServer } from "../support/dev-server.mjs";
import { until } from "../support/until.mjs";
import { Ledger } from "./support/ledger.mjs";
import { startLink } from "./support/link.mjs";
import { drained, openQueue, startProfile, write } from "./support/profile.mjs";
import { conclude, rounds } from "./support/summary.mjs";
import { makeRooms, readLogs } from "./support/witness.mjs";

const rooms = ["one", "two", "three"];
/** A browser lives this long after its first message, at most. */
const longestLifeMs = 600;
/** What the way to the server is like, in turn. */
const links = {
  up: (link) => link.mend(),
  slow: (link) => link.mend(50),
  down: (link) => link.cut(),
};

test("what was reported persisted survives SIGKILL of the browser", (t) => killOften(t, rounds));

test("also where the app does not say whose page it is", async (t) => {
  // The browser has mostly forgotten it, too: what it kept last in localStorage goes with it.
  await killOften(t, rounds, { userId: undefined });
});

async function killOften(t, rounds, config = { userId: "alice" }) {
  const server = await startDevServer(t);
  await makeRooms(server.url, rooms);
  const link = await startLink(t, server.url);
  const ledger = new Ledger();
  const profile = await startProfile(t, ledger.hear);
  const options = { url: link.url, rooms, config };
  for (let round = 1; round <= rounds; round += 1) {
    const [kind, set] = Object.entries(links)[round % 3];
    set(link);
    const page = await profile.open();
    await openQueue(page, options);
    const before = ledger.promised;
    await write(page, { line: "alice", rooms, first: round * 1e6, everyMs: 10 });
    const lifeMs = Math.random() * longestLifeMs;
    await pause(lifeMs);
    const promised = ledger.promised - before;
    await profile.kill();
    t.diagnostic(`round ${round}: ${kind}, ${lifeMs.toFixed(0)} ms, ${promised} promised`);
    await profile.start();
  }
  link.mend();
  const page = await profile.open();
  await openQueue(page, options);
  await drained(page);
  assert.ok(ledger.promised > 0, "something was promised");
  // A queue is empty, too, while the store of a user that the server has just named is opened.
  const judge = async () => ledger.judge(await readLogs(server.url, rooms));
  await until(async () => (await judge()).lost === 0, "what was promised arrives", 30_000);
  await drained(page);
  conclude(t, await judge(), { rounds });
}
