// The official Socket.IO client, in Node, against our server.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { io } from "socket.io-client";
import { startDevServer } from "./support/dev-server.mjs";
import { carriers } from "./support/official-server.mjs";
import { until } from "./support/until.mjs";

for (const { name, transports, first, upgradedTo } of Object.values(carriers)) {
  /** A server, and a function that connects a user to it by this transport. */
  const start = async (t) => {
    const server = await startDevServer(t);
    const connect = (auth) => {
      const socket = io(server.url, { transports, auth, forceNew: true, reconnection: false });
      t.after(() => socket.close());
      return socket;
    };
    return { server, connect, enter: (user) => enter(connect({ token: `user:${user}` })) };
  };

  test(`is told that it is connected, then who it is, ${name}`, async (t) => {
    const { server, connect } = await start(t);
    const socket = connect({ token: "user:alice", device: { type: "web" } });
    const order = [];
    socket.onAny((event) => order.push(event));
    const [[connected], [authenticated]] = await Promise.all([
      once(socket, "connected"),
      once(socket, "authenticated"),
    ]);
    assert.deepEqual(order.slice(0, 2), ["connected", "authenticated"]);
    assert.equal(connected.socketId, socket.id);
    assert.equal(authenticated.userId, "alice");
    assert.equal(await server.connections(), 1);
  });

  test(`joins, sends and receives ${name}`, async (t) => {
    const { server, enter } = await start(t);
    const [alice, bob] = [await enter("alice"), await enter("bob")];
    if (upgradedTo) await Promise.all([alice, bob].map(upgraded));
    const joined = await alice.emitWithAck("room:join", { roomName: "general" });
    assert.equal(joined.success, true);
    assert.equal(joined.data.roomName, "general");
    const heard = once(alice, "user:joined");
    await bob.emitWithAck("room:join", { roomName: "general" });
    assert.equal((await heard)[0].userId, "bob");

    const messages = [once(alice, "message:new"), once(bob, "message:new")];
    const content = "hello over the official client";
    const sent = await alice.emitWithAck("message:send", {
      roomName: "general",
      content,
      clientMessageId: "mine-1",
    });
    assert.equal(sent.success, true);
    assert.equal(sent.data.seq, 1);
    for (const [message] of await Promise.all(messages)) {
      assert.equal(message.content, content);
      assert.equal(message.userId, "alice");
      assert.equal(message.messageId, sent.data.messageId);
    }
    const carrier = upgradedTo ?? first;
    for (const socket of [alice, bob]) {
      assert.equal(socket.io.engine.transport.name, carrier);
    }
    const websockets = carrier === "websocket" ? 2 : 0;
    await until(async () => (await server.websockets()) === websockets, "the server's word on it");
  });

  test(`keeps 200 messages in order ${name}`, async (t) => {
    const { enter } = await start(t);
    const [alice, bob] = [await enter("alice"), await enter("bob")];
    for (const socket of [alice, bob]) {
      await socket.emitWithAck("room:join", { roomName: "general" });
    }
    const texts = Array.from({ length: 200 }, (_, number) => `message ${number}`);
    const heard = [];
    const all = new Promise((resolve) => {
      bob.on("message:new", ({ content }) => heard.push(content) === texts.length && resolve());
    });
    const answers = await Promise.all(
      texts.map((content) => alice.emitWithAck("message:send", { roomName: "general", content })),
    );
    await all;
    assert.deepEqual(heard, texts);
    assert.deepEqual(
      answers.map(({ data }) => data.seq),
      texts.map((_, index) => index + 1),
    );
  });

  test(`is refused without a token, and with a wrong one, ${name}`, async (t) => {
    const { connect } = await start(t);
    for (const [auth, message] of [
      [{}, "Authentication required"],
      [{ token: "nonsense" }, "Invalid token"],
      [{ token: "a.b.c" }, "Invalid token"],
    ]) {
      const socket = connect(auth);
      const [error] = await once(socket, "connect_error");
      assert.equal(error.message, message);
    }
  });
}

test("the plugin guide's names are understood, and spoken to who uses them", async (t) => {
  const server = await startDevServer(t);
  const connect = (user) => {
    const socket = io(server.url, { auth: { token: `user:${user}` }, forceNew: true });
    t.after(() => socket.close());
    return enter(socket);
  };
  const [guide, canonical] = [await connect("guide"), await connect("canonical")];
  const joined = await guide.emitWithAck("channel:join", { channelId: "general" });
  assert.equal(joined.success, true);
  await canonical.emitWithAck("room:join", { roomName: "general" });

  const heard = once(guide, "message");
  const sent = await canonical.emitWithAck("message:send", {
    channelId: "general",
    content: "by channel id",
  });
  assert.equal(sent.success, true);
  const [message] = await heard;
  assert.equal(message.content, "by channel id");
  assert.equal(message.messageId, sent.data.messageId);

  const strange = [];
  canonical.on("message", (body) => strange.push(body));
  const both = once(canonical, "message:new");
  await guide.emitWithAck("message:send", { channelId: "general", content: "back" });
  assert.equal((await both)[0].content, "back");
  assert.deepEqual(strange, [], "who speaks the canonical names hears no others");
  assert.deepEqual(await guide.emitWithAck("channel:leave", { channelId: "general" }), {
    success: true,
  });
});

test("a ping is acknowledged with its own time stamp, and answered by a pong", async (t) => {
  const server = await startDevServer(t);
  const socket = io(server.url, { auth: { token: "user:alice" }, forceNew: true });
  t.after(() => socket.close());
  await enter(socket);
  const pong = once(socket, "pong");
  assert.deepEqual(await socket.emitWithAck("ping", { timestamp: 12_345 }), { timestamp: 12_345 });
  assert.equal(typeof (await pong)[0].timestamp, "number");
});

test("an unknown room and an unknown event are refused by their codes", async (t) => {
  const server = await startDevServer(t);
  const socket = io(server.url, { auth: { token: "user:alice" }, forceNew: true });
  t.after(() => socket.close());
  await enter(socket);
  const { error } = await socket.emitWithAck("room:join", { roomName: "nowhere" });
  assert.deepEqual([error.code, error.message], ["ROOM_NOT_FOUND", "Room not found"]);
  const unknown = await socket.emitWithAck("no:such:event", {});
  assert.equal(unknown.success, false);
  assert.equal(unknown.error.code, "UNKNOWN_EVENT");
});

test("comes back by itself after kill -9, and finds what was acknowledged", async (t) => {
  const server = await startDevServer(t);
  const socket = io(server.url, {
    auth: { token: "user:alice" },
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 100,
  });
  t.after(() => socket.close());
  await enter(socket);
  await socket.emitWithAck("room:join", { roomName: "general" });
  const sent = await socket.emitWithAck("message:send", { roomName: "general", content: "keep" });
  const again = once(socket, "authenticated");
  await server.kill();
  await server.start();
  await again;
  await socket.emitWithAck("room:join", { roomName: "general" });
  const page = await socket.emitWithAck("sync:messages", { channelId: "general", limit: 10 });
  assert.deepEqual(
    page.data.messages.map(({ messageId, content }) => [messageId, content]),
    [[sent.data.messageId, "keep"]],
  );
});

async function enter(socket) {
  await once(socket, "authenticated");
  return socket;
}

async function upgraded(socket) {
  if (socket.io.engine.transport.name !== "websocket") await once(socket.io.engine, "upgrade");
}
