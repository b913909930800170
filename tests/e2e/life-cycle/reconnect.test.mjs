// How a lost connection is sought: again and again, one attempt at a time, never in a storm, and
// with every listener once.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";
import { listening } from "../support/listening.mjs";
import { startOfficialServer } from "../support/official-server.mjs";
import { until } from "../support/until.mjs";

const openPage = withBrowser();

test("listeners are called once each after five reconnects", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t);
  await page.evaluate(async (url) => {
    const client = window.newClient(url);
    client.heard = [];
    const listener = (text) => client.heard.push(text);
    client.on("news", listener);
    client.on("news", listener);
    client.on("connect", () => client.heard.push("connect"));
    window.client = client;
    await client.connect();
  }, server.url);
  for (let round = 1; round <= 5; round += 1) {
    const [[, socket]] = server.io.sockets.sockets;
    socket.conn.close();
    await until(() => server.seen.length === round + 1, "it comes back");
    await page.waitForFunction(
      (old) => ![undefined, old].includes(window.client.socketId),
      socket.id,
    );
  }
  server.io.emit("news", "once");
  await page.waitForFunction(() => window.client.heard.includes("once"));
  const { heard, log } = await page.evaluate(() => window.client);
  assert.deepEqual(heard, [...Array(6).fill("connect"), "once"]);
  assert.deepEqual(log.reconnections, [1, 1, 1, 1, 1]);
  assert.equal(server.io.sockets.sockets.size, 1);
});

test("attempts come one at a time, later and later, whatever the browser hints", async (t) => {
  // Takes connections, and answers nothing.
  const deaf = createServer();
  t.after(() => deaf.close());
  const url = await listening(deaf);
  const page = await openPage(t, { counted: true });
  const [attempts, most] = await page.evaluate(async (url) => {
    const { alive, newClient, until } = window;
    const client = newClient(url, { timeout: 100, reconnectDelay: 100, maxReconnectDelay: 400 });
    for (let call = 0; call < 20; call += 1) client.connect().catch(() => undefined);
    const hint = setInterval(() => {
      if (client.state !== "connecting") return;
      window.dispatchEvent(new Event("online"));
      document.dispatchEvent(new Event("visibilitychange"));
      client.connect().catch(() => undefined);
    }, 10);
    await until(() => alive.attempts.length === 6);
    clearInterval(hint);
    client.destroy();
    return [alive.attempts, alive.mostSockets];
  }, url);
  assert.equal(most, 1, "one attempt in flight");
  const gaps = attempts.slice(1).map((at, index) => at - attempts[index]);
  for (const [index, gap] of gaps.entries()) {
    const least = 100 + Math.min(100 * 2 ** index, 400) / 2;
    assert.ok(gap >= least - 5, `attempt ${index + 2} came after ${gap} ms, not ${least}`);
  }
});

test("a refused token is asked for once more, and never in a storm", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t, { counted: true });
  const told = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    let asked = 0;
    const token = () => {
      asked += 1;
      return `bad ${asked}`;
    };
    const error = await window.errorOf(() => client.connect(token));
    window.dispatchEvent(new Event("online"));
    document.dispatchEvent(new Event("visibilitychange"));
    // The store may still be opening, which has a time limit of its own.
    await window.until(() => window.alive.counts.timers === 0);
    const { state, connection } = client;
    return {
      asked,
      error,
      state,
      retry: connection.nextRetryAt,
      timers: window.alive.counts.timers,
    };
  }, server.url);
  assert.equal(told.asked, 2);
  assert.equal(told.error.message, "Invalid token");
  assert.equal(told.state, "error");
  assert.equal(told.retry, undefined);
  assert.equal(told.timers, 0, "nothing is planned");
});

test("an explicit disconnect stays, over hints and a restart, until connect() is called", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t, { counted: true });
  await page.evaluate(connect, [server.url, {}]);
  await page.evaluate(() => window.client.rooms.joinRoom("general"));
  const [state, attempts] = await page.evaluate(async () => {
    const { client, alive } = window;
    client.disconnect();
    window.dispatchEvent(new Event("online"));
    window.dispatchEvent(new Event("pageshow"));
    document.dispatchEvent(new Event("visibilitychange"));
    return [client.state, alive.attempts.length];
  });
  assert.deepEqual([state, attempts], ["disconnected", 1]);
  await server.kill();
  await server.start();
  // What was gathered for the store goes there first; then nothing is planned.
  await page.waitForFunction(() => window.alive.counts.timers === 0);

  await page.evaluate(() => window.client.connect());
  await page.waitForFunction(() => window.client.rooms.getRoom("general")?.isJoined);
  assert.equal(await server.connections(), 1);
});

async function connect([url, config]) {
  window.client = window.newClient(url, config);
  await window.client.connect("user:alice");
}
