// Our client with a server that speaks the plain plugin dialect only: everything still works that
// can, it says what cannot, and nothing is an error.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { withBrowser } from "./support/browser.mjs";
import { carriers } from "./support/official-server.mjs";
import { startPlainServer } from "./support/plain-server.mjs";
import { until } from "./support/until.mjs";

const openPage = withBrowser();

for (const carrier of Object.values(carriers)) {
  for (const ackFirst of [false, true]) {
    const order = ackFirst ? "acknowledged before" : "sent around before";
    test(`two people chat ${carrier.name}, where a message is ${order} the other`, async (t) => {
      const server = await startPlainServer(t, { ackFirst });
      const [alice, bob] = [await openPage(t), await openPage(t)];
      await alice.evaluate(enter, [server.url, "alice", carrier.transports]);
      await bob.evaluate(enter, [server.url, "bob", carrier.transports]);

      const receipts = await alice.evaluate(() =>
        Promise.all(
          ["hello", "twice", "twice"].map((text) =>
            window.client.rooms.sendMessage("general", text),
          ),
        ),
      );
      assert.equal(new Set(receipts.map(({ messageId }) => messageId)).size, 3);
      for (const page of [alice, bob]) {
        await page.waitForFunction(() => window.client.log.messages.length >= 3);
        const { log, rows } = await page.evaluate(picture);
        assert.deepEqual(log.messages, ["hello", "twice", "twice"]);
        assert.deepEqual(log.errors, []);
        assert.deepEqual(
          rows.map(({ userId, content }) => [userId, content]),
          [
            ["alice", "hello"],
            ["alice", "twice"],
            ["alice", "twice"],
          ],
        );
        assert.equal(new Set(rows.map(({ messageId }) => messageId)).size, 3);
      }
      await server.assertCarriedBy(carrier);
    });
  }
}

test("says nothing before the server can hear it, and loses nothing", async (t) => {
  let hear;
  const lookUp = () => new Promise((resolve) => (hear = resolve));
  const server = await startPlainServer(t, { lookUp });
  const page = await openPage(t);
  await page.evaluate(async (url) => {
    window.client = window.newClient(url);
    await window.client.connect("user:alice");
    window.joined = window.client.rooms.joinRoom("general");
    window.typed = window.client.sendTyping("general", true);
  }, server.url);
  assert.deepEqual(server.events, []);
  await hear();
  const room = await page.evaluate(() => window.joined);
  assert.deepEqual(room, {
    name: "general",
    type: "channel",
    visibility: "public",
    memberCount: 1,
    isJoined: true,
  });
  await until(() => server.events.includes("typing:start"), "typing is sent");
  assert.deepEqual(server.lost, []);
});

test("shows quality, who it is, and what this server lacks, without an error", async (t) => {
  const server = await startPlainServer(t);
  const page = await openPage(t);
  await page.evaluate(enter, [server.url, "alice", ["websocket"]]);
  await page.waitForFunction(() => window.client.averageLatency !== null);
  const { connection, log } = await page.evaluate(picture);
  assert.equal(connection.connectionQuality, "excellent");
  assert.equal(connection.state, "authenticated");
  assert.ok(connection.degraded.length > 0, "it says what is missing");
  assert.equal(connection.error, undefined);
  assert.deepEqual(log.errors, []);
});

test("tells of members by whatever the server says of them", async (t) => {
  const server = await startPlainServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  await alice.evaluate(enter, [server.url, "alice", ["websocket"]]);
  await alice.evaluate(() => {
    window.joined = new Promise((resolve) => {
      window.client.rooms.onUserJoin((room, { userId, joinedAt }) =>
        resolve([room, userId, Number.isFinite(joinedAt.getTime())]),
      );
    });
    window.left = new Promise((resolve) => {
      window.client.rooms.onUserLeave((...args) => resolve(args));
    });
  });
  await bob.evaluate(enter, [server.url, "bob", ["websocket"]]);
  assert.deepEqual(await alice.evaluate(() => window.joined), ["general", "bob", true]);
  await bob.evaluate(() => window.client.rooms.leaveRoom("general"));
  assert.deepEqual(await alice.evaluate(() => window.left), ["general", "bob"]);
});

test("tells of a refused join and of refused tokens in the server's words", async (t) => {
  const server = await startPlainServer(t);
  const page = await openPage(t);
  await page.evaluate(enter, [server.url, "alice", ["websocket"]]);
  const [join, anonymous, invalid] = await page.evaluate(
    async (url) => [
      await window.errorOf(() => window.client.rooms.joinRoom("nowhere")),
      await window.errorOf(() => window.newClient(url).connect()),
      await window.errorOf(() => window.newClient(url).connect("nonsense")),
    ],
    server.url,
  );
  assert.deepEqual([join.code, join.message], ["ROOM_NOT_FOUND", "Room not found"]);
  assert.deepEqual([anonymous.code, anonymous.message], ["AUTH_FAILED", "Authentication required"]);
  assert.deepEqual([invalid.code, invalid.message], ["AUTH_FAILED", "Invalid token"]);
});

test("is in its room again after a restart of the server", async (t) => {
  const first = await startPlainServer(t);
  const page = await openPage(t);
  await page.evaluate(enter, [first.url, "alice", ["websocket"]]);
  await first.stop();
  await page.waitForFunction(() => window.client.state === "reconnecting");
  const second = await startPlainServer(t, { port: first.port });
  await page.waitForFunction(() => window.client.rooms.getRoom("general")?.isJoined);
  await page.evaluate(() => window.client.rooms.sendMessage("general", "again"));
  assert.deepEqual((await page.evaluate(picture)).log.messages, ["again"]);
  assert.deepEqual(second.lost, []);
});

test("does not repeat a message whose fate it cannot know, and says so", async (t) => {
  const server = await startPlainServer(t);
  const page = await openPage(t);
  const connected = once(server.io, "connection");
  await page.evaluate(enter, [server.url, "alice", ["websocket"]]);
  const [socket] = await connected;
  socket.removeAllListeners("message:send");
  socket.on("message:send", () => socket.conn.close());
  const error = await page.evaluate(() =>
    window.errorOf(() => window.client.rooms.sendMessage("general", "sent or not")),
  );
  assert.equal(error.code, "UNKNOWN_OUTCOME");
  await page.waitForFunction(() => window.client.rooms.getRoom("general")?.isJoined);
  await page.evaluate(() => window.client.rooms.sendMessage("general", "next"));
  const { log, rows } = await page.evaluate(picture);
  assert.deepEqual(log.messages, ["next"]);
  assert.deepEqual(
    rows.map(({ content, state }) => [content, state]),
    [
      ["sent or not", "failed"],
      ["next", undefined],
    ],
  );
});

async function enter([url, user, transports]) {
  window.client = window.newClient(url, { transports });
  await window.client.connect(`user:${user}`);
  await window.client.rooms.joinRoom("general");
}

function picture() {
  const { client } = window;
  const { connection, log } = client;
  return { connection, log, rows: client.getSnapshot("timeline:general") };
}
