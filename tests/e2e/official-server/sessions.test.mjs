// Our client against the official Socket.IO server: who may come in, and what ends a connection.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { carriers, startOfficialServer } from "../support/official-server.mjs";
import { until } from "../support/until.mjs";

const openPage = withBrowser();

for (const carrier of Object.values(carriers)) {
  test(`asks for the token again when it was refused, and comes in ${carrier.name}`, async (t) => {
    const server = await startOfficialServer(t);
    const presented = [];
    server.io.use(({ handshake }, next) => {
      presented.push(handshake.auth.token);
      next(handshake.auth.token === "fresh" ? undefined : new Error("Invalid token"));
    });
    const page = await openPage(t);
    const asked = await page.evaluate(
      async ([url, transports]) => {
        const tokens = ["stale", "fresh"];
        const client = window.newClient(url, { transports });
        await client.connect(async () => tokens.shift());
        return 2 - tokens.length;
      },
      [server.url, carrier.transports],
    );
    assert.equal(asked, 2);
    assert.deepEqual(presented, ["stale", "fresh"]);
    // The refused one was closed before there was anything to upgrade for.
    server.seen.shift();
    await server.assertCarriedBy(carrier);
  });

  test(`comes back after the server was restarted ${carrier.name}`, async (t) => {
    const first = await startOfficialServer(t);
    const page = await openPage(t);
    await page.evaluate(connect, [first.url, { transports: carrier.transports }]);
    await first.assertCarriedBy(carrier);
    await first.stop();
    await page.waitForFunction(() => window.client.state === "reconnecting");
    const second = await startOfficialServer(t, { port: first.port });
    const socket = await second.nextSocket();
    await page.waitForFunction((id) => window.client.socketId === id, socket.id);
    await second.assertCarriedBy(carrier);
    assert.deepEqual(await page.evaluate(() => window.client.log.reconnections.length), 1);
  });

  test(`connects again after the server disconnected it ${carrier.name}`, async (t) => {
    const server = await startOfficialServer(t);
    const page = await openPage(t);
    const [socket] = await Promise.all([
      server.nextSocket(),
      page.evaluate(connect, [server.url, { transports: carrier.transports }]),
    ]);
    await server.assertCarriedBy(carrier);
    await page.evaluate(() => {
      window.reason = window.next(window.client, "disconnect");
    });
    socket.disconnect();
    assert.deepEqual(await page.evaluate(() => window.reason), ["io server disconnect"]);
    await until(() => server.io.sockets.sockets.size === 1, "the client is there again");
    const [again] = server.io.sockets.sockets.keys();
    assert.notEqual(again, socket.id);
    await page.waitForFunction((id) => window.client.socketId === id, again);
  });
}

test("rejects connect() with the server's message, code and data, and works after a new token", async (t) => {
  const server = await startOfficialServer(t);
  server.io.use(({ handshake }, next) => {
    const error = new Error("Invalid token");
    error.data = { code: "TOKEN_EXPIRED", retryable: true, expiredAt: "2026-01-30T12:00:00.000Z" };
    next(handshake.auth.token === "good" ? undefined : error);
  });
  const page = await openPage(t);
  const refusal = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    window.client = client;
    client.connectErrors = [];
    client.on("connect_error", (error) => client.connectErrors.push(error));
    return [await window.errorOf(() => client.connect("bad")), client.state, client.connectErrors];
  }, server.url);
  const [error, state, connectErrors] = refusal;
  assert.equal(error.message, "Invalid token");
  assert.equal(error.code, "TOKEN_EXPIRED");
  assert.deepEqual(error.details.expiredAt, "2026-01-30T12:00:00.000Z");
  assert.equal(state, "error");
  assert.equal(connectErrors.length, 1);
  assert.equal(connectErrors[0].message, "Invalid token");
  assert.equal(server.seen.length, 1, "a refused token is not shown again");

  await page.evaluate(() => window.client.connect("good"));
  assert.equal(server.io.sockets.sockets.size, 1);
});

test("speaks in the namespace of the address, with the query left to the app", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t);
  const [socket] = await Promise.all([
    server.nextSocket("/admin"),
    page.evaluate(connect, [`${server.url}/admin`, {}]),
  ]);
  await page.evaluate(() => {
    window.heard = window.next(window.client, "hi");
  });
  const said = once(socket, "hello");
  await page.evaluate(() => window.client.emit("hello", "there"));
  assert.equal((await said)[0], "there");
  server.io.emit("hi", "main namespace");
  socket.emit("hi", "admin namespace");
  assert.deepEqual(await page.evaluate(() => window.heard), ["admin namespace"]);
  assert.equal(server.io.of("/").sockets.size, 0);
});

test("says that a namespace does not exist, and does not try it again", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t);
  const error = await page.evaluate(async (url) => {
    window.client = window.newClient(url);
    return window.errorOf(() => window.client.connect());
  }, `${server.url}/nowhere`);
  assert.equal(error.message, "Invalid namespace");
  assert.equal(error.retryable, false);
  assert.equal(await page.evaluate(() => window.client.state), "error");
});

test("uses a path of its own for the endpoint", async (t) => {
  const server = await startOfficialServer(t, { path: "/deep/down/" });
  const page = await openPage(t);
  for (const transports of [["websocket"], ["polling"]]) {
    await page.evaluate(connect, [server.url, { path: "/deep/down/", transports }]);
  }
  assert.deepEqual(
    server.seen.map(({ first }) => first),
    ["websocket", "polling"],
  );
});

test("leaves with a goodbye on disconnect(), and does not come back", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t);
  const [socket] = await Promise.all([
    server.nextSocket(),
    page.evaluate(connect, [server.url, {}]),
  ]);
  const gone = once(socket, "disconnect");
  await page.evaluate(() => window.client.disconnect());
  assert.equal((await gone)[0], "client namespace disconnect");
  assert.equal(await page.evaluate(() => window.client.state), "disconnected");
  assert.equal(server.seen.length, 1);
});

async function connect([url, config]) {
  window.client = window.newClient(url, config);
  await window.client.connect();
}
