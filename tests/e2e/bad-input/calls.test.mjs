// Calls at the wrong moment, callbacks that misbehave: each has an answer, and nothing else breaks.
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

test("a listener that throws stops no other, and is reported", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t, { mayThrow: true });
  const heard = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    const heard = [];
    const bad = (name) => () => {
      heard.push(name);
      throw new Error(`listener of ${name}`);
    };
    client.onConnectionStateChange(bad("state"));
    client.on("connected", bad("connected"));
    client.rooms.onMessage(bad("message"));
    client.subscribe("connection", bad("topic"));
    await client.connect("user:alice");
    await client.rooms.joinRoom("general");
    await client.rooms.sendMessage("general", "text");
    client.emit("ping", {}, bad("ack"));
    await window.until(() => heard.includes("ack") && client.log.messages.length === 1);
    return [...new Set(heard)].sort();
  }, server.url);
  assert.deepEqual(heard, ["ack", "connected", "message", "state", "topic"]);
  assert.ok(page.uncaught.includes("listener of message"), "as a DOM listener's would be");
});

test("listeners may call back into the client, and what they ask for happens", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const told = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    const answers = [];
    client.on("connected", () => {
      client.rooms.joinRoom("general");
      client.emit("ping", {}, () => client.emit("ping", {}, () => answers.push("nested")));
    });
    client.rooms.onMessage(({ content }) => {
      if (content === "first") client.rooms.sendMessage("general", "second");
      if (content === "second") client.reconnect().then(() => answers.push("reconnected"));
    });
    client.rooms.onRoomStateChange(([room]) => answers.push(room));
    await client.connect("user:alice");
    await window.until(() => client.rooms.isInRoom("general"));
    await client.rooms.sendMessage("general", "first");
    await window.until(() => answers.includes("reconnected") && answers.includes("nested"));
    await window.until(() => client.rooms.getRoom("general")?.isJoined);
    return client.log.messages;
  }, server.url);
  assert.deepEqual(told, ["first", "second"]);
});

for (const event of ["state", "connected", "message", "ack", "token"]) {
  test(`a client may be destroyed from within: ${event}`, async (t) => {
    const server = await startDevServer(t);
    const page = await openPage(t, { counted: true });
    await page.waitForFunction(() => window.sdk);
    const before = await page.evaluate(() => window.alive.counts);
    await page.evaluate(destroyFromWithin, [server.url, event]);
    assert.deepEqual(await page.evaluate(() => window.alive.counts), before);
  });
}

test("a client whose getter re-enters it while a value is sent works on", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const told = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    await client.connect("user:alice");
    await client.rooms.joinRoom("general");
    const states = [];
    const content = {
      toJSON() {
        states.push(client.connection.state, client.rooms.getJoinedRoomNames().length);
        client.emit("from within", {});
        client.rooms.sendMessage("general", "inner");
        return "outer";
      },
    };
    await client.rooms.sendMessage("general", content);
    await window.until(() => client.log.messages.length >= 2);
    return { messages: client.log.messages, states, errors: client.log.errors };
  }, server.url);
  assert.deepEqual(told.messages.slice().sort(), ["inner", "outer"]);
  assert.deepEqual(told.errors, []);
});

test("a call that is cut off midway, as by an exhausted stack, is a crash and no lock", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const told = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    await client.connect("user:alice");
    await client.rooms.joinRoom("general");
    // The engine asks the clock in the midst of every input.
    performance.now = () => {
      throw new RangeError("Maximum call stack size exceeded");
    };
    const thrown = await window.errorOf(() => client.emit("event", {}));
    delete performance.now;
    const next = await window.errorOf(() => client.emitAsync("ping", {}));
    client.recover();
    await window.until(() => client.rooms.getRoom("general")?.isJoined);
    const { seq } = await client.rooms.sendMessage("general", "after all");
    return { thrown: thrown.name, next: next.code, seq, errors: client.log.errors.length };
  }, server.url);
  assert.deepEqual(told, { thrown: "RangeError", next: "CLIENT_CRASHED", seq: 1, errors: 1 });
});

async function destroyFromWithin([url, event]) {
  const client = window.newClient(url);
  let destroyed;
  const done = new Promise((resolve) => (destroyed = resolve));
  const destroy = () => {
    client.destroy();
    destroyed();
  };
  const token = () => {
    if (event === "token") destroy();
    return "user:alice";
  };
  client.onConnectionStateChange(
    (state) => event === "state" && state === "connected" && destroy(),
  );
  client.on("connected", () => event === "connected" && destroy());
  client.rooms.onMessage(() => event === "message" && destroy());
  const used = async () => {
    await client.connect(token);
    await client.rooms.joinRoom("general");
    if (event === "ack") client.emit("ping", {}, destroy);
    await client.rooms.sendMessage("general", "text");
  };
  used().catch(() => undefined);
  await done;
}
