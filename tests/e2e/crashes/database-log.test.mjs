// The file to which the browser appends what its databases are given, as SIGKILL leaves it.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { startDevServer } from "../support/dev-server.mjs";
import { until } from "../support/until.mjs";
import { Ledger } from "./support/ledger.mjs";
import { startLink } from "./support/link.mjs";
import { drained, openQueue, startProfile, writeAll } from "./support/profile.mjs";
import { conclude } from "./support/summary.mjs";
import { makeRooms, readLogs } from "./support/witness.mjs";

const rooms = ["one", "two"];
/** The head of a record of 843 bytes, without them: four of its checksum, its length, its kind. */
const headOfARecord = Buffer.from([0x8d, 0x1f, 0x55, 0xa2, 0x4b, 0x03, 0x01]);

test("a record of the browser's that SIGKILL left half-written takes nothing with it", async (t) => {
  const { profile, link, options, ledger, queued, logs } = await start(t);
  link.cut();
  await queued(await profile.open(), 0);
  await profile.kill();
  for (const path of profile.databaseLogs()) appendFileSync(path, headOfARecord);
  await profile.start();
  await queued(await profile.open(), 10);
  await profile.kill();
  await profile.start();
  const page = await profile.open();
  link.mend();
  await openQueue(page, options);
  await drained(page);
  assert.equal(ledger.promised, 20);
  conclude(t, ledger.judge(await logs()));
});

test("what the browser lost of a database is reported, and the page goes on", async (t) => {
  const { profile, link, ledger, queued, logs } = await start(t);
  link.cut();
  await queued(await profile.open(), 0);
  await profile.kill();
  for (const path of profile.databaseLogs()) {
    const bytes = readFileSync(path);
    // The first record of all.
    bytes[20] ^= 0xff;
    writeFileSync(path, bytes);
  }
  await profile.start();
  const page = await profile.open();
  await queued(page, 10);
  const codes = await page.evaluate(() => globalThis.client.log.errors.map(({ code }) => code));
  assert.ok(codes.includes("STORAGE_LOST"), codes.join());
  link.mend();
  await drained(page);
  const found = ledger.judge(await logs());
  assert.deepEqual([found.promised, found.arrived, found.lost], [20, 10, 10]);
});

async function start(t) {
  const server = await startDevServer(t);
  await makeRooms(server.url, rooms);
  const link = await startLink(t, server.url);
  const ledger = new Ledger();
  const profile = await startProfile(t, ledger.hear);
  const options = { url: link.url, rooms, config: { userId: "alice" } };
  /** Ten messages from `first` on are queued in a page, and reported persisted. */
  const queued = async (page, first) => {
    const before = ledger.promised;
    await openQueue(page, options);
    await writeAll(page, { line: "alice", rooms, first, most: 10 });
    await until(() => ledger.promised === before + 10, "ten messages are persisted");
  };
  const logs = () => readLogs(server.url, rooms);
  return { profile, link, options, ledger, queued, logs };
}
