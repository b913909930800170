// Calls at the wrong moment: each has an answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";

const openPage = withBrowser();

test("before init() calls say so, getters answer, and connect() needs no init()", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const told = await page.evaluate(async (url) => {
    const { errorOf, sdk } = window;
    const client = new sdk.RealtimeClient();
    client.initialize({ url });
    const codes = [];
    for (const call of [
      () => client.emit("event"),
      () => client.updateToken("token"),
      () => client.clearWasOffline(),
      () => client.sendTyping("general", true),
    ]) {
      codes.push(await errorOf(call).then(({ code }) => code));
    }
    const before = [client.state, client.isConnected, client.socketId, client.averageLatency];
    client.disconnect();
    client.destroy();
    client.initialize({ url });
    await client.connect("user:alice");
    return { codes: [...new Set(codes)], before, after: client.isConnected };
  }, server.url);
  assert.deepEqual(told.codes, ["NOT_INITIALIZED"]);
  assert.deepEqual(told.before, ["disconnected", false, undefined, null]);
  assert.equal(told.after, true);
});

test("init() loads once however often it is called, and again after a failure", async (t) => {
  const page = await openPage(t);
  const loads = [];
  page.on("request", (request) => request.url().endsWith(".wasm") && loads.push(request.url()));
  const [failed, loaded] = await page.evaluate(async () => {
    const { init, isInitialized } = window.sdk;
    const error = await window.errorOf(() => init("/nowhere.wasm"));
    const before = isInitialized();
    await Promise.all([init(), init(), init()]);
    await init();
    return [[error.code, before], isInitialized()];
  });
  assert.deepEqual(failed, ["INIT_FAILED", false]);
  assert.equal(loaded, true);
  assert.equal(loads.filter((url) => !url.includes("nowhere")).length, 1);
});

test("after destroy() calls have an answer, and connect() starts afresh", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const told = await page.evaluate(async (url) => {
    const { errorOf, newClient } = window;
    const client = newClient(url);
    await client.connect("user:alice");
    await client.rooms.joinRoom("general");
    const { rooms } = client;
    client.destroy();
    client.destroy();
    const codes = [
      await errorOf(() => client.emitAsync("ping", {})),
      await errorOf(() => rooms.sendMessage("general", "text")),
    ].map(({ code }) => code);
    let ack;
    client.emit("event", {}, (answer) => (ack = answer.error.code));
    rooms.leaveRoom("general");
    client.disconnect();
    client.initialize({ url });
    await client.connect("user:alice");
    return { codes, ack, isConnected: client.isConnected, rooms: rooms.getJoinedRooms() };
  }, server.url);
  assert.deepEqual(told.codes, ["NOT_CONNECTED", "NOT_IN_ROOM"]);
  assert.deepEqual([told.ack, told.isConnected, told.rooms], ["NOT_CONNECTED", true, []]);
});

test("a call that is cut off midway, as by an exhausted stack, is a crash and no lock", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const told = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    await client.connect("user:alice");
    await client.rooms.joinRoom("general");
    // The engine asks the clock in the midst of every input.
    const { now } = Date;
    Date.now = () => {
      throw new RangeError("Maximum call stack size exceeded");
    };
    const thrown = await window.errorOf(() => client.emit("event", {}));
    Date.now = now;
    const next = await window.errorOf(() => client.emitAsync("ping", {}));
    client.recover();
    await window.until(() => client.rooms.getRoom("general")?.isJoined);
    const { seq } = await client.rooms.sendMessage("general", "after all");
    return { thrown: thrown.name, next: next.code, seq, errors: client.log.errors.length };
  }, server.url);
  assert.deepEqual(told, { thrown: "RangeError", next: "CLIENT_CRASHED", seq: 1, errors: 1 });
});
