// The examples of the integration guide whose services exist.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../e2e/support/until.mjs";
import { hears, openApp } from "./support/example.mjs";

test("one call sets up all services, and components use them as soon as somebody signs in", async (t) => {
  const { page, host, run, userId, sockets } = await openApp(t);
  const bob = await host("bob", "channel-123");
  await run("integration-guide/integration");
  const says = (title, text) => page.getByTitle(title).getByText(text, { exact: true }).waitFor();
  await page.getByText("not connected").waitFor();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("output").getByText("connected", { exact: true }).waitFor();
  await says("bob", "online");
  await says("waits", "0");
  await until(
    () => sockets.sent("presence:update").at(-1)?.status === "busy",
    "the status is told",
  );

  await bob.emitWithAck("presence:update", { status: "away" });
  await says("bob", "away");
  bob.emit("typing:start", { roomName: "channel-123" });
  await says("typing", "Someone is typing...");

  const types = hears(bob, "typing:event");
  await page.getByLabel("Message").fill("by one call");
  assert.equal((await types).users[0].userId, userId);
  const heard = hears(bob, "message:new");
  await page.getByLabel("Message").press("Enter");
  assert.equal((await heard).content, "by one call");
});

test("the integration's status says how good the link is, and when it is lost", async (t) => {
  const { page, run } = await openApp(t);
  await run("integration-guide/integration-status");
  await page.waitForFunction(() => window.example.quality() === "measured");
  const shown = () => page.evaluate(async () => [...(await import("/prelude/given.js")).toasts]);
  const before = (await shown()).length;
  await page.evaluate(() => window.example.disconnect());
  await until(async () => (await shown()).length > before, "the user is told");
  assert.equal((await shown()).at(-1), "no connection");
  await page.evaluate(() => window.example.reconnect());
  await page.waitForFunction(() => window.example.quality() === "measured");
});

test("a header shows the connection's status, and its quality", async (t) => {
  const { page, run } = await openApp(t);
  await run("integration-guide/connection-status");
  const status = page.locator("header [role=status][data-variant=header]");
  await status.getByText("Connected").waitFor();
  await page.waitForFunction(() =>
    /^Connected \((excellent|good|fair|poor)\)$/.test(
      document.querySelector("[role=status]").textContent,
    ),
  );
});

test("people are told at once whether there is a network, and when it goes and comes", async (t) => {
  const { page, run } = await openApp(t);
  await run("integration-guide/offline-detection");
  const shown = (count) =>
    page.evaluate(async (count) => {
      const { toasts } = await import("/prelude/given.js");
      while (toasts.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
      return [...toasts];
    }, count);
  assert.deepEqual(await shown(1), ["network"]);
  await page.context().setOffline(true);
  assert.deepEqual(await shown(2), ["network", "no network"]);
  await page.context().setOffline(false);
  assert.deepEqual(await shown(3), ["network", "no network", "network"]);
});

test("receipts are followed, given and asked for by the reference's calls", async (t) => {
  const { page, host, run, connect, sockets } = await openApp(t);
  const bob = await host("bob", "channel-123");
  await run("integration-guide/delivery");
  await connect("channel-123");
  const heardByBob = hears(bob, "message:new");
  await page.evaluate(async () => {
    const { realtimeClient } = await import("/prelude/given.js");
    window.example.send("mine", "channel-123");
    await realtimeClient.rooms.sendMessage("channel-123", "hello", { clientMessageId: "mine" });
  });
  const { messageId } = await heardByBob;
  await bob.emitWithAck("message:read-ack", { messageId, channelId: "channel-123" });
  await page.waitForFunction(() => window.example.heard.includes("message:read"));
  assert.equal(await page.evaluate(() => window.example.heard[0]), "message:sent");
  await page.evaluate((id) => window.example.ask(id, "mine"), messageId);
  assert.deepEqual(sockets.sent("delivery:sync").at(-1), { messageIds: [messageId, "mine"] });

  const answer = await bob.emitWithAck("message:send", {
    roomName: "channel-123",
    content: "to be read",
  });
  const read = hears(bob, "message:read");
  await page.evaluate((id) => window.example.read(id, "channel-123"), answer.data.messageId);
  assert.equal((await read).messageId, answer.data.messageId);
});

test("the queue holds, counts, sends and forgets messages by the reference's calls", async (t) => {
  const { page, host, run, connect } = await openApp(t);
  const bob = await host("bob", "channel-123");
  await run("integration-guide/queue");
  const { queued, messages, count } = await page.evaluate(() => {
    const { queued, messages, count } = window.example;
    return { queued, messages, count };
  });
  assert.equal(count, 1);
  assert.deepEqual(messages, [queued]);
  const heard = hears(bob, "message:new");
  await connect("channel-123");
  const message = await heard;
  assert.equal(message.threadId, "thread-1");
  assert.deepEqual(message.mentions, ["bob"]);
  const expected = ["message:queued", "queue:flushing", "message:sent", "queue:flushed"];
  const told = () => page.evaluate(() => window.example.heard);
  await until(async () => (await told()).length >= expected.length, "the queue told of it");
  assert.deepEqual(await told(), expected);
  await page.evaluate(() => window.example.clear());
});
