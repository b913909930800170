// The examples of the realtime and presence document: client, configuration, provider, context,
// receipts, presence, typing, queue and synchronisation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../e2e/support/until.mjs";
import { hears, openApp } from "./support/example.mjs";

test("the client connects, listens, emits, and gets the answer to a request", async (t) => {
  const { page, host, run, sockets } = await openApp(t);
  const bob = await host("bob", "ch-1");
  const joined = hears(bob, "user:joined");
  await run("presence/client");

  assert.equal((await joined).userId, "123");
  assert.match(sockets.urls[0], /^ws:\/\/realtime\.localhost:3101\/socket\.io\//);
  assert.deepEqual(sockets.sent("typing:start"), [{ channelId: "ch-1" }]);
  const answer = await page.evaluate(() => window.example.answer);
  assert.equal(answer.roomName, "ch-1");
  assert.equal(answer.memberCount, 2);

  const say = (content) => bob.emitWithAck("message:send", { roomName: "ch-1", content });
  await say("first");
  await page.waitForFunction(() => window.example.heard.length > 0);
  const [message] = await page.evaluate(() => window.example.heard);
  assert.equal(message.content, "first");
  assert.equal(message.userId, "bob");

  // The package's client hears the second message too: by then the listener would have.
  await page.evaluate(async () => {
    window.example.stopListening();
    const { nextMessage } = await import("/prelude/given.js");
    window.second = nextMessage();
  });
  await say("second");
  assert.equal((await page.evaluate(() => window.second)).content, "second");
  assert.equal(await page.evaluate(() => window.example.heard.length), 1);
});

for (const [name, value] of [
  ["NEXT_PUBLIC_REALTIME_URL", "http://realtime.localhost:3101"],
  ["NEXT_PUBLIC_REALTIME_WS_URL", "ws://realtime.localhost:3101"],
]) {
  test(`the client connects to what ${name} says`, async (t) => {
    const { page, run, sockets } = await openApp(t, { env: { [name]: value } });
    await run("presence/configuration");
    assert.match(await page.evaluate(() => window.example.state), /^(connected|authenticated)$/);
    assert.match(sockets.urls[0], /^ws:\/\/realtime\.localhost:3101\//);
  });
}

test("the provider connects the user that the app's own provider knows", async (t) => {
  const { page, server, run } = await openApp(t);
  await run("presence/provider");
  await page.waitForFunction(() => document.body.textContent.includes("authenticated"));
  assert.equal(await server.connections(), 1);
  await page.evaluate(() => window.example.takeOff());
  await until(async () => (await server.connections()) === 0, "the connection ends");
});

test("a component shows typing both ways, and sends by the provider's context", async (t) => {
  const { page, server, host, run, userId } = await openApp(t);
  const bob = await host("bob", "ch-1");
  const heard = hears(bob, "message:new");
  const typed = hears(bob, "typing:event");
  await run("presence/message-input");
  await until(async () => (await server.connections()) === 2, "the app is connected");
  await bob.emitWithAck("typing:start", { roomName: "ch-1" });
  await page.waitForFunction(() => document.body.textContent.includes("is typing..."));
  await page.getByLabel("Message").pressSequentially("typed by hand");
  assert.equal((await typed).users[0].userId, userId);
  await page.getByLabel("Message").press("Enter");

  const message = await heard;
  assert.equal(message.content, "typed by hand");
  assert.equal(message.userId, userId);
  await page.waitForFunction(() => window.example.receipts.length > 0);
  const [receipt] = await page.evaluate(() => window.example.receipts);
  assert.equal(receipt.messageId, message.messageId);
});

test("a status is shown to others, and theirs here", async (t) => {
  const { page, host, run, connect, userId } = await openApp(t);
  const bob = await host("user-1", "ch-1");
  await bob.emitWithAck("presence:subscribe", { userIds: [userId] });
  // Bob may hear of himself before.
  const isChanged = new Promise((resolve) => {
    bob.on("presence:changed", (change) => change.userId === userId && resolve());
  });
  await run("presence/presence-service");
  await connect("ch-1");
  await isChanged;
  await until(async () => {
    const answer = await bob.emitWithAck("presence:get", { userIds: [userId] });
    const [presence] = answer.data.presences;
    return presence.status === "online" && presence.customStatus?.text === "In a meeting";
  }, "the custom status is shown");

  await page.waitForFunction(() => window.example.presenceOf("user-1")?.status === "online");
  await bob.emitWithAck("presence:update", { status: "busy" });
  await page.waitForFunction(() => window.example.heard.includes("user-1 is now busy"));
  assert.deepEqual(await page.evaluate(() => window.example.canView("user-123", "user-1")), {
    canViewPresence: true,
    canViewOnlineStatus: true,
    canViewLastSeen: true,
    isContact: false,
    isInvisible: false,
  });

  const { settings, isDone, isInvisible } = await page.evaluate(() =>
    window.example.changeSettings(),
  );
  const { visibility, showLastSeen, showOnlineStatus, invisibleMode } = settings;
  assert.deepEqual(
    { visibility, showLastSeen, showOnlineStatus, invisibleMode },
    { visibility: "contacts", showLastSeen: false, showOnlineStatus: true, invisibleMode: false },
  );
  assert.equal(isDone, true);
  assert.equal(isInvisible, true);
  const hidden = await bob.emitWithAck("presence:get", { userIds: [userId] });
  assert.equal(hidden.data.presences[0].status, "offline");
});

test("typing is told place by place, and who else types is shown in words", async (t) => {
  const { page, host, run, connect, sockets } = await openApp(t);
  const bob = await host("bob", "channel-1");
  await run("presence/typing-service");
  await connect("channel-1");
  assert.deepEqual(await page.evaluate(() => window.example.told), [0]);

  await bob.emitWithAck("typing:start", { roomName: "channel-1" });
  await page.waitForFunction(() => window.example.told.at(-1) === 1);
  const { ids, typingText } = await page.evaluate(() => window.example.whoTypes());
  assert.deepEqual(ids, ["bob"]);
  assert.match(typingText, /^\S+ is typing\.\.\.$/);

  const typed = hears(bob, "typing:event");
  await page.evaluate(() => window.example.typeIn.channel());
  assert.equal((await typed).users[0].userId, "user-123");
  await page.evaluate(() => {
    window.example.stop();
    window.example.typeIn.input("Hello");
    window.example.typeIn.thread();
    window.example.typeIn.conversation();
  });
  await until(() => sockets.sent("typing:start").length >= 3, "all three are told");
  assert.deepEqual(sockets.sent("typing:start").slice(-2), [
    { roomName: "channel-1", roomType: "thread", threadId: "thread-123" },
    { roomName: "dm-456", roomType: "dm", recipientId: "recipient-789" },
  ]);

  await page.evaluate(() => window.example.keepToContacts());
  await until(
    () =>
      sockets
        .sent("presence:settings:update")
        .some(({ typingVisibility }) => typingVisibility === "contacts"),
    "the server keeps it from the others",
  );
});

test("a component shows how another user is", async (t) => {
  const { page, host, run } = await openApp(t);
  const bob = await host("bob", "ch-1");
  await run("presence/presence-indicator");
  await page.getByLabel("bob").getByText("online").waitFor();
  const customStatus = { text: "Gym", emoji: "🏋" };
  await bob.emitWithAck("presence:update", { status: "busy", customStatus });
  await page.getByLabel("bob").getByText("busy 🏋 Gym").waitFor();
  bob.close();
  await page.getByLabel("bob").getByText("offline • Last seen").waitFor();
});

test("a message is followed from its client's id on, and its receipt is heard", async (t) => {
  const { page, host, run, connect } = await openApp(t);
  const bob = await host("bob", "ch-1");
  await run("presence/delivery");
  await connect("ch-1");
  assert.equal(await page.evaluate(() => window.example.record().state), "sending");

  const heard = hears(bob, "message:new");
  const receipt = await page.evaluate(async () => {
    const { realtimeClient } = await import("/prelude/given.js");
    const clientMessageId = "client-msg-123";
    return realtimeClient.rooms.sendMessage("ch-1", "followed", { clientMessageId });
  });
  const { messageId } = await heard;
  assert.equal(receipt.messageId, messageId);
  const acked = await bob.emitWithAck("message:delivered-ack", {
    channelId: "ch-1",
    messageIds: [messageId],
  });
  assert.equal(acked.success, true, JSON.stringify(acked));
  await page.waitForFunction(() => window.example.delivered.length > 0);
  assert.deepEqual(await page.evaluate(() => window.example.delivered), [messageId]);
  assert.equal(await page.evaluate(() => window.example.record().state), "delivered");
});

test("a message queued without a connection arrives, and synchronising says what it did", async (t) => {
  const { page, host, run, connect } = await openApp(t);
  const bob = await host("bob", "ch-1");
  await run("presence/queue-and-sync");
  const queued = await page.evaluate(() => window.example.queued);
  assert.equal(queued.status, "pending");

  const heard = hears(bob, "message:new");
  await connect("ch-1");
  const message = await heard;
  assert.equal(message.content, "Written in a tunnel");
  assert.equal(message.clientMessageId, queued.id);
  await page.waitForFunction(() => window.example.flushed.length > 0);
  assert.deepEqual(await page.evaluate(() => window.example.flushed), [1]);

  const { result, messages, conflicts } = await page.evaluate(() => window.example.synchronise());
  assert.deepEqual(Object.keys(result).sort(), [
    "channels",
    "duration",
    "messages",
    "presence",
    "queueFlushed",
    "timestamp",
  ]);
  assert.deepEqual(Object.keys(result.messages).sort(), ["conflicts", "errors", "synced"]);
  // The synchronisation of the first connection may still be under way: then it is the same one.
  assert.ok(result.queueFlushed.sent <= 1);
  assert.equal(result.queueFlushed.failed, 0);
  assert.ok(result.channels.synced >= 1);
  assert.ok(Array.isArray(messages));
  assert.deepEqual(conflicts, []);
  const events = await page.evaluate(() => window.example.events);
  const progress = events.flatMap((event) => event.match(/^sync:progress (\d+)$/)?.slice(1) ?? []);
  assert.deepEqual(
    progress.map(Number).toSorted((a, b) => a - b),
    progress.map(Number),
  );
  assert.equal(events.at(-1), "sync:completed");
  assert.equal(progress.at(-1), "100");
});
