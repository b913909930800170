// A bug inside the engine ends one client with a code, not the page; and recover() brings it back.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";
import { wasmThatCanPanic } from "../support/dev-wasm.mjs";
import { startOfficialServer } from "../support/official-server.mjs";
import { until } from "../support/until.mjs";

const openPage = withBrowser(async () => ({ wasm: await wasmThatCanPanic() }));

test("after a panic every call answers CLIENT_CRASHED, and onError is told once", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  await page.evaluate(enter, server.url);
  const told = await page.evaluate(crashAndCallEverything);
  assert.deepEqual(
    told.codes,
    Object.fromEntries(Object.keys(told.codes).map((call) => [call, "CLIENT_CRASHED"])),
  );
  assert.deepEqual(told.errors, ["CLIENT_CRASHED"]);
  assert.equal(told.state, "error");
  assert.equal(told.connection.error.code, "CLIENT_CRASHED");
  assert.deepEqual(told.states.at(-1), "error");
  await until(async () => (await server.connections()) === 0, "its socket is closed");
});

test("what was under way when it crashed is rejected", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t);
  const codes = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    await client.connect();
    const underWay = [
      window.errorOf(() => client.emitAsync("silent", {})),
      window.errorOf(() => client.rooms.joinRoom("general")),
    ];
    await Promise.resolve();
    const { hostOf } = await import("/dist/client-host.js");
    await window.errorOf(() => hostOf(client).call((engine) => engine.panicForTest()));
    return (await Promise.all(underWay)).map(({ code }) => code);
  }, server.url);
  assert.deepEqual(codes, ["CLIENT_CRASHED", "CLIENT_CRASHED"]);
});

test("recover() connects again, joins its rooms, and calls each listener once", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  await page.evaluate(enter, server.url);
  await page.evaluate(async () => {
    const { client } = window;
    client.heard = [];
    client.on("message:new", ({ content }) => client.heard.push(content));
    await client.rooms.sendMessage("general", "before");
    await window.crash(client);
    client.recover();
  });
  await page.waitForFunction(() => window.client.rooms.getRoom("general")?.isJoined);
  const after = await page.evaluate(async () => {
    const { client } = window;
    await client.rooms.sendMessage("general", "after");
    await window.until(() => client.log.messages.length >= 2);
    const { log, heard, state, connection } = client;
    const rows = client.getSnapshot("timeline:general").map(({ content }) => content);
    return { log, heard, state, error: connection.error, rows };
  });
  assert.deepEqual(after.log.messages, ["before", "after"]);
  assert.deepEqual(after.heard, ["before", "after"]);
  assert.deepEqual(after.rows, ["before", "after"], "history came back from the server");
  assert.equal(after.state, "authenticated");
  assert.equal(after.error, undefined);
  assert.equal(await server.connections(), 1);
});

test("crashes and recovers five times over, also from within a listener", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t, { mayThrow: true });
  await page.evaluate(enter, server.url);
  for (let round = 1; round <= 5; round += 1) {
    const content = `round ${round}`;
    await page.evaluate(async (content) => {
      const { client } = window;
      const off = client.on("message:new", () => {
        off();
        window.crashNow(client);
      });
      client.rooms.sendMessage("general", content).catch(() => undefined);
      await window.until(() => client.state === "error");
      client.recover();
    }, content);
    await page.waitForFunction(() => window.client.rooms.getRoom("general")?.isJoined);
  }
  const { errors } = await page.evaluate(() => window.client.log);
  assert.deepEqual(
    errors.map(({ code }) => code),
    Array(5).fill("CLIENT_CRASHED"),
  );
  assert.equal(await server.connections(), 1);
});

test("one client's crash leaves the others of the page alone", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  await page.evaluate(enter, server.url);
  const answer = await page.evaluate(async (url) => {
    const other = window.newClient(url);
    await other.connect("user:bob");
    await other.rooms.joinRoom("general");
    await window.crash(window.client);
    await other.rooms.sendMessage("general", "still here");
    return { state: other.state, errors: other.log.errors, messages: other.log.messages };
  }, server.url);
  assert.deepEqual(answer, { state: "authenticated", errors: [], messages: ["still here"] });
});

test("a crashed client can be destroyed, and connected afresh", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  await page.evaluate(enter, server.url);
  const state = await page.evaluate(async (url) => {
    const { client } = window;
    await window.crash(client);
    client.destroy();
    client.initialize({ url });
    await client.connect("user:alice");
    await window.until(() => client.isAuthenticated);
    return client.state;
  }, server.url);
  assert.equal(state, "authenticated");
});

test("what it says of the crash has no message in it", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  await page.evaluate(enter, server.url);
  const said = once(page, "console");
  await page.evaluate(async () => {
    await window.client.rooms.sendMessage("general", "a secret text");
    await window.crash(window.client);
  });
  const [message] = await said;
  assert.match(message.text(), /internal error at .+\.rs:\d+; call recover\(\)/);
  assert.doesNotMatch(message.text(), /secret/);
});

async function enter(url) {
  const { hostOf } = await import("/dist/client-host.js");
  window.crashNow = (client) => hostOf(client).call((engine) => engine.panicForTest());
  window.crash = (client) => window.errorOf(() => window.crashNow(client));
  window.client = window.newClient(url);
  await window.client.connect("user:alice");
  await window.client.rooms.joinRoom("general");
}

async function crashAndCallEverything() {
  const { client } = window;
  const { rooms } = client;
  const calls = {
    crash: () => window.crashNow(client),
    connect: () => client.connect(),
    reconnect: () => client.reconnect(),
    disconnect: () => client.disconnect(),
    initialize: () => client.initialize({ timeout: 1_000 }),
    updateToken: () => client.updateToken("user:alice"),
    emit: () => client.emit("event", {}),
    emitAsync: () => client.emitAsync("event", {}),
    clearWasOffline: () => client.clearWasOffline(),
    joinRoom: () => rooms.joinRoom("announcements"),
    leaveRoom: () => rooms.leaveRoom("general"),
    sendMessage: () => rooms.sendMessage("general", "text"),
  };
  const codes = {};
  for (const [name, call] of Object.entries(calls)) {
    codes[name] = (await window.errorOf(call))?.code;
  }
  const errors = client.log.errors.map(({ code }) => code);
  return {
    codes,
    errors,
    state: client.state,
    states: client.log.states,
    connection: client.connection,
  };
}
