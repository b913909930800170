// Whatever an app passes in: it is taken, or refused with a code, and the client works on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";
import { startOfficialServer } from "../support/official-server.mjs";

const openPage = withBrowser();

/** The calls into which each value is put, one by one. */
const calls = {
  "the content of a message": (client, value) => client.rooms.sendMessage("general", value),
  "the options of a message": (client, value) => client.rooms.sendMessage("general", "text", value),
  "the metadata of a message": (client, value) =>
    client.rooms.sendMessage("general", "text", { metadata: value }),
  "the id of a message": (client, value) =>
    client.rooms.sendMessage("general", "text", { clientMessageId: value }),
  "a room to send to": (client, value) => client.rooms.sendMessage(value, "text"),
  "a room to join": (client, value) => client.rooms.joinRoom(value),
  "a room to leave": (client, value) => client.rooms.leaveRoom(value),
  "a room to ask about": (client, value) =>
    [client.rooms.getRoom(value), client.rooms.isInRoom(value)] && undefined,
  "an event's name": (client, value) => client.emit(value, {}),
  "an event's data": (client, value) => client.emit("event", value),
  "an event's data, answered": (client, value) => client.emitAsync("event", value, 1_000),
  "a time-out": (client, value) => client.emitAsync("ping", {}, value),
  "a user to show typing in": (client, value) => client.sendTyping(value, value),
  "a status": (client, value) => client.updatePresence(value),
  options: (client, value) => client.initialize(value),
  "an option's value": (client, value) => client.initialize({ reconnectDelay: value }),
  "the server's address": (_client, value) => {
    const other = new window.sdk.RealtimeClient();
    other.initialize({ url: value });
    other.destroy();
  },
  "a new token": (client, value) => client.updateToken(value),
};

for (const name of Object.keys(calls)) {
  test(`${name} may be anything`, async (t) => {
    const server = await startDevServer(t);
    const page = await openPage(t);
    const call = await page.evaluateHandle(`(${calls[name]})`);
    const uncoded = await page.evaluate(tryEveryValue, { url: server.url, call });
    assert.deepEqual(uncoded, [], "what is refused has a code, and no call hangs");
    const after = await page.evaluate(chat);
    assert.deepEqual(after, { crashed: [], sent: true, heard: true });
  });
}

test("a token of any kind is refused or presented, and never thrown past the app", async (t) => {
  const server = await startOfficialServer(t);
  const presented = [];
  server.io.use((socket, next) => {
    presented.push(socket.handshake.auth.token);
    next();
  });
  const page = await openPage(t);
  const problems = await page.evaluate(async (url) => {
    const found = [];
    for (const [name, make] of Object.entries(window.hostile)) {
      for (const token of [make(), () => make(), async () => make()]) {
        const client = window.newClient(url, { autoReconnect: false });
        const error = await window.errorOf(() => client.connect(token));
        if (error && !/^[A-Z_]+$/.test(error.code)) found.push([name, String(token), error]);
        client.destroy();
      }
    }
    return found;
  }, server.url);
  assert.deepEqual(problems, []);
  for (const token of presented) {
    assert.ok(token === undefined || typeof token === "string", `presented ${token}`);
  }
});

test("no prototype is polluted by what a server sends", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t);
  const [socket] = await Promise.all([
    server.nextSocket(),
    page.evaluate(async (url) => {
      window.client = window.newClient(url);
      window.client.on("message:new", () => undefined);
      window.heard = window.next(window.client, "last");
      await window.client.connect();
    }, server.url),
  ]);
  const evil = JSON.parse(
    '{"roomName":"__proto__","userId":"x","content":"y","__proto__":{"bad":1}}',
  );
  for (const event of [
    "message:new",
    "user:joined",
    "user:left",
    "connected",
    "authenticated",
    "error",
  ]) {
    for (const payload of [evil, null, 5, "text", [], [evil], { roomName: "constructor" }]) {
      socket.emit(event, payload);
    }
    socket.emit(event);
  }
  socket.emit("last");
  await page.evaluate(() => window.heard);
  assert.equal(await page.evaluate(() => ({}).bad), undefined);
  assert.equal(await page.evaluate(() => window.client.isConnected), true);
});

/** Makes a call with every value; gives those that hung, or failed with something without a code. */
async function tryEveryValue({ url, call }) {
  const client = window.newClient(url);
  window.client = client;
  await client.connect(() => "user:alice");
  await client.rooms.joinRoom("general");
  const hung = { code: "it hangs" };
  const found = [];
  for (const [name, make] of Object.entries(window.hostile)) {
    const value = make();
    const answered = window.errorOf(() => call(client, value));
    const overdue = new Promise((resolve) => setTimeout(resolve, 5_000, hung));
    const error = await Promise.race([answered, overdue]);
    if (error && !/^[A-Z_]+$/.test(error.code)) found.push([name, error]);
  }
  return found;
}

async function chat() {
  const { client } = window;
  const text = `still here ${Math.random()}`;
  const sent = await client.rooms.sendMessage("general", text);
  await window.until(() => client.log.messages.includes(text));
  const crashed = client.log.errors.filter(({ code }) => code === "CLIENT_CRASHED");
  return { crashed, sent: sent.seq > 0, heard: true };
}
