// The examples of the plugin guide: hook, service layer, an app's own test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../e2e/support/until.mjs";
import { hears, openApp } from "./support/example.mjs";

test("a component is in its channel for as long as it is shown", async (t) => {
  const { page, host, run, sockets, userId } = await openApp(t);
  const bob = await host("bob", "channel-123");
  const joined = hears(bob, "user:joined");
  await run("plugin-guide/react-hook");
  assert.equal((await joined).userId, userId);
  await page.getByText("here").waitFor();

  await page.getByLabel("Message").fill("h");
  await page.getByRole("button", { name: "Pause" }).click();
  const saysAway = ({ status }) => status === "away";
  await until(() => sockets.sent("presence:update").some(saysAway), "the status is sent");
  assert.deepEqual(sockets.sent("typing:start"), [
    { roomName: "channel-123", roomType: "channel" },
  ]);

  const left = hears(bob, "user:left");
  await page.evaluate(() => window.example.takeOff());
  assert.equal((await left).userId, userId);
});

test("the client takes user and token, and speaks the guide's names", async (t) => {
  const { page, server, host, run, sockets, userId } = await openApp(t);
  const bob = await host("bob", "channel-123");
  const joined = hears(bob, "user:joined");
  await run("plugin-guide/service-layer");
  assert.equal((await joined).userId, userId);
  const saysOnline = ({ status }) => status === "online";
  await until(() => sockets.sent("presence:update").some(saysOnline), "the status is sent");
  assert.deepEqual(sockets.sent("typing:start"), [
    { roomName: "channel-123", roomType: "channel" },
  ]);

  bob.emit("message:send", { roomName: "channel-123", content: "hello" });
  const message = await page.evaluate(() => window.example.firstMessage);
  assert.equal(message.content, "hello");
  assert.equal(message.channelId, "channel-123");

  assert.equal(await server.connections(), 2);
  await page.evaluate(() => window.example.leave());
  await until(async () => (await server.connections()) === 1, "the connection ends");
});

test("an app's own test hears a message with a client of its own", async (t) => {
  const { page, host, run, userId } = await openApp(t);
  const bob = await host("bob", "channel-123");
  const joined = hears(bob, "user:joined");
  await run("plugin-guide/integration-test");
  assert.equal((await joined).userId, userId);
  bob.emit("message:send", { roomName: "channel-123", content: "from another client" });
  const passed = await page.evaluate(async () => {
    const { finished } = await import("/prelude/test-runner.js");
    return finished();
  });
  assert.equal(passed, 1);
});
