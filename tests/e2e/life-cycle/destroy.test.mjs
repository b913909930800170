// After destroy() nothing of a client is left: not at the server, not in the page, not in memory.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";
import { carriers, startOfficialServer } from "../support/official-server.mjs";
import { until } from "../support/until.mjs";

const openPage = withBrowser();

for (const { name, transports } of Object.values(carriers)) {
  test(`the server sees it go, and the page keeps nothing alive, ${name}`, async (t) => {
    const server = await startOfficialServer(t);
    const page = await openPage(t, { counted: true });
    const before = await idle(page);
    const [socket] = await Promise.all([
      server.nextSocket(),
      page.evaluate(connect, [server.url, { transports }]),
    ]);
    const busy = await page.evaluate(() => window.alive.counts);
    assert.ok(busy.timers > before.timers, "there was a timer");
    assert.ok(busy.listeners > before.listeners, "there were listeners");

    const gone = once(socket, "disconnect");
    await page.evaluate(() => window.client.destroy());
    await gone;
    await until(() => server.io.engine.clientsCount === 0, "no connection is left");
    await page.waitForFunction(() => window.alive.counts.requests === 0);
    assert.deepEqual(await page.evaluate(() => window.alive.counts), before);
  });
}

test("destroyed while it waits for the next attempt, it makes none", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t, { counted: true });
  const before = await idle(page);
  await page.evaluate(connect, [server.url, {}]);
  await server.stop();
  await page.waitForFunction(() => window.client.connection.nextRetryAt !== undefined);
  const counts = await page.evaluate(() => {
    window.client.destroy();
    window.dispatchEvent(new Event("online"));
    document.dispatchEvent(new Event("visibilitychange"));
    return window.alive.counts;
  });
  assert.deepEqual(counts, before);
});

test("destroyed while it connects, it rejects connect() and leaves no socket", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t, { counted: true });
  const before = await idle(page);
  const [error, counts] = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    const connecting = window.errorOf(() => client.connect());
    await window.until(() => window.alive.counts.sockets === 1);
    client.destroy();
    return [await connecting, window.alive.counts];
  }, server.url);
  assert.equal(error.code, "DESTROYED");
  assert.deepEqual(counts, before);
  assert.equal(server.io.sockets.sockets.size, 0);
});

test("what was under way is rejected", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  await page.evaluate(enter, server.url);
  const codes = await page.evaluate(async () => {
    const { client, errorOf } = window;
    const underWay = [
      errorOf(() => client.emitAsync("ping", {})),
      errorOf(() => client.rooms.joinRoom("announcements")),
      errorOf(() => client.rooms.sendMessage("general", "too late")),
    ];
    await Promise.resolve();
    client.destroy();
    return (await Promise.all(underWay)).map(({ code }) => code);
  });
  assert.deepEqual(codes, ["DESTROYED", "DESTROYED", "DESTROYED"]);
});

test("fifty lives of a client leave memory as it was", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t, { counted: true });
  const devTools = await page.context().newCDPSession(page);
  const live = async (times) => {
    await page.evaluate(liveAndDie, [server.url, times]);
    return measure(page, devTools);
  };
  // The allocator needs some lives to find its size: a store's answers come when they come.
  await live(80);
  const before = await live(20);
  const after = await live(50);

  assert.equal(after.clients, 1, "no client is reachable but the package's singleton");
  assert.equal(after.sockets, 0, "no socket is reachable");
  assert.equal(after.wasmBytes, before.wasmBytes, "the module's memory did not grow");
  const grown = after.heapBytes - before.heapBytes;
  assert.ok(grown < 250_000, `the heap grew by ${grown} bytes in fifty lives`);
  await until(async () => (await server.connections()) === 0, "the server has no connection");
});

/** What a page has alive without a client: the browser's driver listens too. */
async function idle(page) {
  await page.waitForFunction(() => window.sdk);
  return page.evaluate(() => window.alive.counts);
}

/** Collects what is garbage until nothing more goes, then says what is left. */
async function measure(page, devTools) {
  let heapBytes = Number.POSITIVE_INFINITY;
  for (let collected = true; collected; ) {
    await devTools.send("HeapProfiler.collectGarbage");
    const { usedSize } = await devTools.send("Runtime.getHeapUsage");
    collected = usedSize < heapBytes - 1_000;
    heapBytes = Math.min(heapBytes, usedSize);
  }
  return {
    heapBytes,
    wasmBytes: await page.evaluate(() => window.alive.wasmBytes),
    clients: await countObjects(devTools, "sdk.RealtimeClient.prototype"),
    sockets: await countObjects(devTools, "WebSocket.prototype"),
  };
}

async function countObjects(devTools, prototype) {
  const { result } = await devTools.send("Runtime.evaluate", { expression: prototype });
  const { objects } = await devTools.send("Runtime.queryObjects", {
    prototypeObjectId: result.objectId,
  });
  const { result: count } = await devTools.send("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration: "function () { return this.length }",
  });
  await devTools.send("Runtime.releaseObject", { objectId: objects.objectId });
  return count.value;
}

async function connect([url, config]) {
  window.client = window.newClient(url, config);
  await window.client.connect();
}

async function enter(url) {
  window.client = window.newClient(url);
  await window.client.connect("user:alice");
  await window.client.rooms.joinRoom("general");
}

async function liveAndDie([url, times]) {
  for (let life = 0; life < times; life += 1) {
    const client = window.newClient(url);
    client.on("message:new", () => undefined);
    client.subscribe("connection", () => undefined);
    await client.connect(async () => "user:alice");
    await client.rooms.joinRoom("general");
    await client.emitAsync("ping", {});
    client.getSnapshot("timeline:general");
    client.destroy();
  }
}
