// What the browser says of the network, and a second tab beside the first.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";
import { startOfficialServer } from "../support/official-server.mjs";
import { until } from "../support/until.mjs";

const openPage = withBrowser();

test("it retries at once when the browser is online again, shown again, or the user asks", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t);
  const never = { reconnectDelay: 3_600_000, maxReconnectDelay: 3_600_000 };
  await page.evaluate(connect, [server.url, never]);
  for (const hint of [
    () => window.dispatchEvent(new Event("pageshow")),
    () => document.dispatchEvent(new Event("visibilitychange")),
    () => window.client.connect(),
  ]) {
    const [[, socket]] = server.io.sockets.sockets;
    socket.conn.close();
    await page.waitForFunction(() => window.client.connection.nextRetryAt !== undefined);
    await page.evaluate(hint);
    await page.waitForFunction(() => window.client.isConnected);
  }
  assert.equal(server.seen.length, 4);
});

for (const transports of [["websocket"], ["polling"]]) {
  test(`a network that comes and goes ends in one connection, by ${transports}`, async (t) => {
    // Of a network that went nobody tells the server: only its heartbeat does.
    const server = await startDevServer(t, ["--ping-interval", "300", "--ping-timeout", "600"]);
    const page = await openPage(t);
    await page.evaluate(connect, [server.url, { transports }]);
    await page.evaluate(() => window.client.rooms.joinRoom("general"));
    for (let flap = 0; flap < 3; flap += 1) {
      await page.context().setOffline(true);
      await page.waitForFunction(() => !window.client.isOnline);
      await page.context().setOffline(false);
      await page.waitForFunction(() => window.client.isOnline && window.client.isConnected);
    }
    await page.waitForFunction(() => window.client.rooms.getRoom("general")?.isJoined);
    await page.evaluate(() => window.client.rooms.sendMessage("general", "through"));
    assert.deepEqual(await page.evaluate(() => window.client.log.messages), ["through"]);
    await until(async () => (await server.connections()) === 1, "one connection is left");
  });
}

test("offline, it says so and waits; online again, it is back without the delay", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const slow = { transports: ["polling"], reconnectDelay: 60_000, maxReconnectDelay: 60_000 };
  await page.evaluate(connect, [server.url, slow]);
  await page.context().setOffline(true);
  await page.waitForFunction(() => window.client.state === "offline");
  await page.context().setOffline(false);
  await page.waitForFunction(() => window.client.isConnected);
  assert.deepEqual(await page.evaluate(() => window.client.log.reconnections), [1]);
  await page.waitForFunction(() => !window.client.wasOffline);
});

test("two tabs of one user each have each message once, and go one by one", async (t) => {
  const server = await startDevServer(t);
  const first = await openPage(t);
  const second = await openPage(t, { context: first.context() });
  for (const tab of [first, second]) {
    await tab.evaluate(connect, [server.url, {}]);
    await tab.evaluate(() => window.client.rooms.joinRoom("general"));
  }
  await first.evaluate(() => window.client.rooms.sendMessage("general", "from the first"));
  await second.evaluate(() => window.client.rooms.sendMessage("general", "from the second"));
  const both = ["from the first", "from the second"];
  for (const tab of [first, second]) {
    await tab.waitForFunction(() => window.client.log.messages.length >= 2);
    assert.deepEqual(await tab.evaluate(() => window.client.log.messages), both);
  }
  assert.equal(await server.connections(), 2);
  await second.close();
  await until(async () => (await server.connections()) === 1, "the server sees the tab go");
  assert.equal(await first.evaluate(() => window.client.state), "authenticated");
});

async function connect([url, config]) {
  window.client = window.newClient(url, config);
  await window.client.connect("user:alice");
}
