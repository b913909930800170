// Storage that is full, refused, cleared or damaged: messages go all the same, and what could not
// be kept is said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startDevServer } from "../support/dev-server.mjs";
import { until } from "../support/until.mjs";
import { Ledger } from "./support/ledger.mjs";
import { startLink } from "./support/link.mjs";
import { drained, openQueue, startProfile, writeAll } from "./support/profile.mjs";
import { conclude } from "./support/summary.mjs";
import { makeRooms, readLogs } from "./support/witness.mjs";

const rooms = ["one", "two"];
const words = { line: "alice", rooms, most: 20 };

test("a full disk is reported once, and messages survive a reload by the journal", async (t) => {
  const { profile, link, options, arrived } = await start(t, "returned");
  const page = await profile.open();
  // Before there is a database: how much room it has is looked up now and then only.
  await setQuota(profile, page, 1);
  await openQueue(page, options);
  await drained(page);
  link.cut();
  const queued = await page.evaluate(queueTen);
  assert.ok(
    queued.every(({ persisted }) => persisted),
    "the journal took them",
  );
  await until(async () => (await errorsOf(page)).length > 0, "it is reported");
  await page.evaluate(() => globalThis.queueOne("one", "alice/10"));
  assert.deepEqual(await errorsOf(page), ["STORAGE_FULL"]);
  await page.reload();
  await openQueue(page, options);
  assert.equal(await page.evaluate(() => globalThis.queue.getQueueLength()), 11);
  await setQuota(profile, page);
  await arrived(page, 11);
});

test("with neither journal nor store a message says so, and is sent", async (t) => {
  const { profile, link, options, arrived } = await start(t, "returned");
  const page = await profile.open((page) => page.addInitScript(refuseStorage));
  await openQueue(page, options);
  await page.waitForFunction(() => globalThis.client.isAuthenticated);
  link.cut();
  const queued = await page.evaluate(queueTen);
  assert.ok(queued.every(({ persisted }) => !persisted));
  assert.equal(await page.evaluate(() => globalThis.queue.snapshot.persisted), false);
  await arrived(page);
});

test("where IndexedDB is refused the journal carries messages over a reload", async (t) => {
  const { profile, link, options, arrived } = await start(t, "returned");
  const page = await profile.open((page) => page.addInitScript(refuseDatabases));
  await openQueue(page, options);
  await page.waitForFunction(() => globalThis.client.isAuthenticated);
  link.cut();
  const queued = await page.evaluate(queueTen);
  assert.ok(queued.every(({ persisted }) => persisted));
  await page.reload();
  await openQueue(page, options);
  assert.equal(await page.evaluate(() => globalThis.queue.getQueueLength()), 10);
  await arrived(page);
});

for (const [name, storageTypes] of [
  ["databases", "indexeddb"],
  ["databases and localStorage", "indexeddb,local_storage"],
]) {
  test(`${name} cleared under the page are written again, and outlive the browser`, async (t) => {
    const { profile, link, options, arrived } = await start(t);
    const page = await profile.open();
    await openQueue(page, options);
    await drained(page);
    link.cut();
    await writeAll(page, words);
    await isStored(page, words.most);
    const session = await page.context().newCDPSession(page);
    await session.send("Storage.clearDataForOrigin", { origin: profile.origin, storageTypes });
    await isStored(page, words.most);
    await profile.kill();
    await profile.start();
    const next = await profile.open();
    await openQueue(next, options);
    await arrived(next, words.most);
  });
}

test("a damaged record is set aside and reported, and the rest live on", async (t) => {
  const { profile, link, options, server } = await start(t);
  const page = await profile.open();
  await openQueue(page, options);
  await drained(page);
  link.cut();
  await writeAll(page, words);
  await isStored(page, words.most);
  await page.evaluate(() =>
    globalThis.storage.change("outbox", (text) =>
      text.includes("alice/7") ? text.replace("alice/7", "alice/8") : undefined,
    ),
  );
  await page.reload();
  link.mend();
  await openQueue(page, options);
  await drained(page);
  assert.deepEqual(await errorsOf(page), ["RECORD_CORRUPT"]);
  const aside = await until(
    () => page.evaluate(() => globalThis.storage.records("quarantine").then((all) => all[0])),
    "the record is in quarantine",
  );
  assert.match(aside.text, /alice\/8/);
  const logs = await readLogs(server.url, rooms);
  const texts = Object.values(logs).flatMap((log) => log.map(({ content }) => content));
  const sound = Array.from({ length: words.most }, (_, number) => `alice/${number}`);
  sound.splice(7, 1);
  assert.deepEqual(texts.sort(), sound.sort());
});

async function start(t, promise = "persisted") {
  const server = await startDevServer(t);
  await makeRooms(server.url, rooms);
  const link = await startLink(t, server.url);
  const ledger = new Ledger(promise);
  const profile = await startProfile(t, ledger.hear);
  const options = { url: link.url, rooms, config: { userId: "alice" } };
  /** With the link up again, everything arrives. */
  const arrived = async (page, most = 10) => {
    link.mend();
    await drained(page);
    const found = ledger.judge(await readLogs(server.url, rooms));
    assert.equal(found.arrived, most);
    conclude(t, found);
  };
  return { server, link, ledger, profile, options, arrived };
}

function queueTen() {
  return Array.from({ length: 10 }, (_, number) => {
    return globalThis.queueOne(number % 2 ? "one" : "two", `alice/${number}`);
  });
}

function refuseDatabases() {
  const refused = () => {
    throw new DOMException("refused by the test", "SecurityError");
  };
  IDBFactory.prototype.open = refused;
  IDBFactory.prototype.deleteDatabase = refused;
}

function refuseStorage() {
  const refused = () => {
    throw new DOMException("refused by the test", "SecurityError");
  };
  IDBFactory.prototype.open = refused;
  IDBFactory.prototype.deleteDatabase = refused;
  Object.defineProperty(window, "localStorage", { get: refused });
}

async function setQuota(profile, page, quotaSize) {
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: profile.origin, quotaSize });
}

async function errorsOf(page) {
  const errors = await page.evaluate(() => globalThis.client.log.errors);
  return errors.map(({ code }) => code).filter((code) => !/CONNECT|TIMEOUT|NETWORK/.test(code));
}

/** Waits until the store has so many entries. */
function isStored(page, count) {
  return until(async () => {
    // What is asked of the browser while it clears may never be answered: it is asked again.
    const found = await page.evaluate(() => {
      const late = new Promise((resolve) => setTimeout(resolve, 2_000, []));
      return Promise.race([globalThis.storage.records("outbox"), late]).catch(() => []);
    });
    return found.length === count;
  }, `${count} entries are in the store`);
}
