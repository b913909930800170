// The documents' manual checklist for presence, each line a test: two people or more in real
// browsers, with times made short by configuration.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";
import { enter, follow, passesBetween, presenceOf, shows } from "./people.mjs";

const openPage = withBrowser();

/** A server that tells at once when somebody is gone. */
const startServer = (t) => startDevServer(t, ["--presence-grace", "0"]);

test("User goes online when app opens", async (t) => {
  const { url } = await startServer(t);
  const bob = await openPage(t);
  await enter(bob, url, "bob");
  await follow(bob, "alice");
  await shows(bob, "alice", "offline");
  await enter(await openPage(t), url, "alice");
  await shows(bob, "alice", "online");
});

test("User goes away after 5 minutes of inactivity", async (t) => {
  const { url } = await startServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  await enter(bob, url, "bob");
  await follow(bob, "alice");
  const idleTimeout = 1500;
  await enter(alice, url, "alice", { presence: { idleTimeout } });
  await alice.mouse.move(10, 10);
  await shows(bob, "alice", "online");
  const active = Date.now();
  await shows(bob, "alice", "away");
  assert.ok(Date.now() - active > idleTimeout / 2, "not before the time is over");

  await alice.mouse.move(20, 20);
  await shows(bob, "alice", "online");
});

test("User goes offline when tab closes", async (t) => {
  const { url } = await startServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  await enter(bob, url, "bob");
  await follow(bob, "alice");
  await enter(alice, url, "alice");
  await shows(bob, "alice", "online");
  await alice.close();
  await shows(bob, "alice", "offline");
});

test("User who closes one of two tabs stays online", async (t) => {
  const { url } = await startServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  const other = await openPage(t, { context: alice.context() });
  await enter(bob, url, "bob");
  await follow(bob, "alice");
  await enter(alice, url, "alice");
  await enter(other, url, "alice");
  await shows(bob, "alice", "online");
  await other.close();
  await passesBetween(alice, bob, "still here");
  assert.equal((await presenceOf(bob, "alice")).status, "online");
  const told = await bob.evaluate(() =>
    window.seen.presence.flatMap(([userId, status]) => (userId === "alice" ? [status] : [])),
  );
  assert.equal(told.indexOf("offline", 1), -1, `nobody was told otherwise: ${told}`);
});

test("Custom status appears to other users", async (t) => {
  const { url } = await startServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  await enter(bob, url, "bob");
  await follow(bob, "alice");
  await enter(alice, url, "alice");
  await alice.evaluate(() =>
    window.client.presence.setCustomStatus({ text: "At lunch", emoji: "🍕" }),
  );
  await bob.waitForFunction(
    () => window.client.presence.getPresence("alice")?.customStatus?.text === "At lunch",
  );
  assert.equal((await presenceOf(bob, "alice")).customStatus.emoji, "🍕");

  await alice.evaluate(() =>
    window.client.presence.setCustomStatus({
      text: "Back soon",
      expiresAt: new Date(Date.now() + 1000),
    }),
  );
  await bob.waitForFunction(
    () => window.client.presence.getPresence("alice")?.customStatus?.text === "Back soon",
  );
  await bob.waitForFunction(() => !window.client.presence.getPresence("alice")?.customStatus);
});

test("Invisible mode hides status from everyone", async (t) => {
  const { url } = await startServer(t);
  const [alice, bob, carol] = [await openPage(t), await openPage(t), await openPage(t)];
  for (const [page, user] of [
    [bob, "bob"],
    [carol, "carol"],
  ]) {
    await enter(page, url, user);
    await follow(page, "alice");
  }
  await enter(alice, url, "alice");
  await alice.evaluate(() => window.client.presence.addContact("carol"));
  await shows(bob, "alice", "online");
  await shows(carol, "alice", "online");

  await alice.evaluate(() => window.client.presence.setInvisibleMode(true));
  await shows(bob, "alice", "offline");
  await shows(carol, "alice", "offline");
  await alice.evaluate(() => {
    window.client.presence.setStatus("busy");
    window.client.presence.setCustomStatus({ text: "secret" });
  });
  await passesBetween(bob, alice, "are you there?");
  await passesBetween(bob, carol, "is she there?");
  for (const page of [bob, carol]) {
    const { status, customStatus } = await presenceOf(page, "alice");
    assert.deepEqual([status, customStatus], ["offline", undefined]);
  }
});

test("Contact-based visibility works correctly", async (t) => {
  const { url } = await startServer(t);
  const [alice, bob, carol] = [await openPage(t), await openPage(t), await openPage(t)];
  await enter(alice, url, "alice");
  await alice.evaluate(async () => {
    await window.client.presence.updatePresenceSettings("alice", { visibility: "contacts" });
    await window.client.presence.addContact("bob");
  });
  for (const [page, user] of [
    [bob, "bob"],
    [carol, "carol"],
  ]) {
    await enter(page, url, user);
    await follow(page, "alice");
  }
  await shows(bob, "alice", "online");
  await shows(carol, "alice", "offline");

  await alice.evaluate(() => window.client.presence.removeContact("bob"));
  await shows(bob, "alice", "offline");
  await alice.evaluate(() =>
    window.client.presence.updatePresenceSettings("alice", { visibility: "everyone" }),
  );
  await shows(bob, "alice", "online");
  await shows(carol, "alice", "online");
});

test("Last seen timestamp updates on disconnect", async (t) => {
  const { url } = await startServer(t);
  const [alice, bob] = [await openPage(t), await openPage(t)];
  await enter(bob, url, "bob");
  await follow(bob, "alice");
  await enter(alice, url, "alice");
  await shows(bob, "alice", "online");
  const seen = [];
  for (const _ of [1, 2]) {
    const before = Date.now();
    await alice.evaluate(() => window.client.disconnect());
    await shows(bob, "alice", "offline");
    const { lastSeenAt } = await presenceOf(bob, "alice");
    assert.ok(lastSeenAt >= before - 1000 && lastSeenAt <= Date.now() + 1000, "it is the moment");
    seen.push(lastSeenAt);
    await alice.evaluate(() => window.client.connect());
    await shows(bob, "alice", "online");
  }
  assert.ok(seen[1] > seen[0], "the later end is the later time");
});
