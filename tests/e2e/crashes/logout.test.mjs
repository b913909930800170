// Whose messages they are: logging out leaves nothing of a user, and nobody sends another's queue.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startDevServer } from "../support/dev-server.mjs";
import { startLink } from "./support/link.mjs";
import { drained, openQueue, startProfile } from "./support/profile.mjs";
import { makeRooms, readLogs } from "./support/witness.mjs";

const rooms = ["one"];
const secret = "meet me at noon";

for (const config of [{}, { userId: "alice" }]) {
  const how = config.userId
    ? "with the user's name from the app"
    : "with their name from the server";

  test(`logout() leaves nothing of a user in the browser, ${how}`, async (t) => {
    const { link, profile, options } = await start(t, config);
    const page = await profile.open();
    await openQueue(page, options);
    const other = await profile.open();
    await openQueue(other, options);
    await drained(page);
    await page.evaluate((text) => globalThis.client.rooms.sendMessage("one", text), secret);
    link.cut();
    await page.evaluate((text) => globalThis.queueOne("one", text), secret);
    await page.waitForFunction(() => globalThis.queue.snapshot.persisted);
    assert.match(await everything(page), new RegExp(secret));
    await page.evaluate(() => globalThis.client.logout());
    await other.waitForFunction(() => globalThis.queue.isEmpty());
    for (const tab of [page, other]) {
      assert.deepEqual(await tab.evaluate(() => indexedDB.databases()), []);
      const keys = await tab.evaluate(() => Object.keys(localStorage));
      assert.deepEqual(keys, ["nchat:device-id"], "what is left is not a user's");
      const left = await everything(tab);
      for (const trace of [secret, "user:alice", "alice"]) {
        assert.doesNotMatch(left, new RegExp(trace));
      }
      assert.equal(await tab.evaluate(() => globalThis.queue.getQueueLength()), 0);
      assert.deepEqual(await tab.evaluate(() => globalThis.client.getSnapshot("timeline:one")), []);
    }
  });

  test(`nobody sends what another user queued, ${how}`, async (t) => {
    const { server, link, profile, options } = await start(t, config);
    const page = await profile.open();
    await openQueue(page, options);
    await drained(page);
    link.cut();
    await page.evaluate((text) => globalThis.queueOne("one", text), secret);
    await page.close();

    link.mend();
    const bobs = await profile.open();
    const bob = { ...options, user: "bob", config: config.userId ? { userId: "bob" } : {} };
    await openQueue(bobs, bob);
    await bobs.waitForFunction(() => globalThis.client.isAuthenticated);
    await bobs.evaluate(() => globalThis.client.rooms.sendMessage("one", "of bob"));
    assert.equal(await bobs.evaluate(() => globalThis.queue.getQueueLength()), 0);
    await bobs.close();
    assert.deepEqual(await sent(server), ["bob: of bob"]);

    const again = await profile.open();
    await openQueue(again, options);
    await drained(again);
    await again.waitForFunction(() => globalThis.client.getSnapshot("timeline:one").length === 2);
    assert.deepEqual(await sent(server), ["bob: of bob", `alice: ${secret}`]);
  });
}

async function start(t, config) {
  const server = await startDevServer(t);
  await makeRooms(server.url, rooms, ["alice", "bob"]);
  const link = await startLink(t, server.url);
  const profile = await startProfile(t);
  return { server, link, profile, options: { url: link.url, rooms, config } };
}

function everything(page) {
  return page.evaluate(() => globalThis.storage.everything());
}

async function sent(server) {
  const { one } = await readLogs(server.url, rooms);
  return one.map(({ userId, content }) => `${userId}: ${content}`);
}
