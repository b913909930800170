// Callbacks that throw, call back into the client, or destroy it: nothing else breaks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";

const openPage = withBrowser();

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
        // Once for what is kept, and once for what is sent.
        if (states.length === 0) client.rooms.sendMessage("general", "inner");
        states.push(client.connection.state, client.rooms.getJoinedRoomNames().length);
        client.emit("from within", {});
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
