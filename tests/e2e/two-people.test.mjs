// Two people, each in a browser profile of their own, chat over our server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "./support/browser.mjs";
import { startDevServer } from "./support/dev-server.mjs";

const openPage = withBrowser();

test("what one person sends, the other reads at once, and each has it once", async (t) => {
  const server = await startDevServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  await enter(alice, server.url, "alice");
  await enter(bob, server.url, "bob");

  const receipt = await send(alice, "hello bob");
  await heard(bob, ["hello bob"]);
  await send(bob, "hello alice");
  await heard(alice, ["hello bob", "hello alice"]);
  await heard(bob, ["hello bob", "hello alice"]);

  const rows = await timeline(bob);
  assert.deepEqual(
    rows.map(({ userId, content, seq }) => [userId, content, seq]),
    [
      ["alice", "hello bob", 1],
      ["bob", "hello alice", 2],
    ],
  );
  assert.equal(rows[0].messageId, receipt.messageId);
  assert.deepEqual(await timeline(alice), rows);
});

test("what was acknowledged is there after kill -9 and a restart, on a reload of the page", async (t) => {
  const server = await startDevServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  await enter(alice, server.url, "alice");
  await enter(bob, server.url, "bob");

  const receipt = await send(alice, "keep this");
  await server.kill();
  await server.start();
  await bob.reload();
  await enter(bob, server.url, "bob");
  await bob.waitForFunction(() => window.client.getSnapshot("timeline:general").length > 0);

  const rows = await timeline(bob);
  assert.deepEqual(
    rows.map(({ messageId, content }) => [messageId, content]),
    [[receipt.messageId, "keep this"]],
  );
});

test("a page that stays open comes back by itself, with its room and without a repeated message", async (t) => {
  const server = await startDevServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  await enter(alice, server.url, "alice");
  await enter(bob, server.url, "bob");
  await send(alice, "before");
  await heard(bob, ["before"]);

  await server.kill();
  await bob.waitForFunction(() => window.client.state === "reconnecting");
  const whileDown = send(alice, "while it was down");
  await server.start();
  await whileDown;
  await bob.waitForFunction(() => window.client.rooms.getRoom("general")?.isJoined);
  await send(bob, "after");

  const everything = ["before", "while it was down", "after"];
  await heard(alice, everything);
  await heard(bob, everything);
  for (const page of [alice, bob]) {
    assert.deepEqual(
      (await timeline(page)).map(({ content }) => content),
      everything,
    );
    assert.deepEqual(await page.evaluate(() => window.client.log.reconnections.length), 1);
  }
});

test("what was sent and not acknowledged when the server died arrives once after its restart", async (t) => {
  const server = await startDevServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  await enter(alice, server.url, "alice");
  await enter(bob, server.url, "bob");

  const texts = Array.from({ length: 50 }, (_, number) => `message ${number}`);
  const sent = Promise.all(texts.map((text) => send(alice, text)));
  await bob.waitForFunction(() => window.client.log.messages.length >= 5);
  await server.kill();
  await server.start();
  await sent;
  await heard(bob, texts);
  assert.deepEqual(
    (await timeline(bob)).map(({ content }) => content),
    texts,
  );
  assert.deepEqual(
    (await timeline(alice)).map(({ content }) => content),
    texts,
  );
});

async function enter(page, url, user) {
  await page.evaluate(
    async ([url, user]) => {
      const client = window.newClient(url);
      window.client = client;
      await client.connect(`user:${user}`);
      await client.rooms.joinRoom("general");
    },
    [url, user],
  );
}

function send(page, text) {
  return page.evaluate((text) => window.client.rooms.sendMessage("general", text), text);
}

/** Waits until the page's listeners were told so many messages, and compares them. */
async function heard(page, expected) {
  const count = expected.length;
  await page.waitForFunction((count) => window.client.log.messages.length >= count, count);
  assert.deepEqual(await page.evaluate(() => window.client.log.messages), expected);
}

function timeline(page) {
  return page.evaluate(() =>
    window.client
      .getSnapshot("timeline:general")
      .map(({ messageId, userId, content, seq }) => ({ messageId, userId, content, seq })),
  );
}
