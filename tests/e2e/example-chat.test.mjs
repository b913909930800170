// The example chat as `npm start` serves it: exported to static files, by the server that it talks to.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { exportExample } from "../../scripts/lib/example.mjs";
import { startDevServer } from "./support/dev-server.mjs";
import {
  atServer,
  choose,
  composer,
  connectionSays,
  message,
  say,
  withChat,
} from "./support/example.mjs";
import { serveFiles } from "./support/files.mjs";
import { until } from "./support/until.mjs";

const openChat = withChat();
let site;
before(async () => {
  site = await exportExample();
});

function serve(t) {
  openChat.closeAfter(t);
  return startDevServer(t, ["--static", site]);
}

test("alice's message reaches bob, and is there after a reload", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  const bob = await openChat(t, `${url}/?user=bob`);
  await connectionSays(bob, "Connected");

  await say(alice, "hello bob");
  await message(alice, "hello bob").getByText("Read", { exact: true }).waitFor();
  await message(bob, "hello bob").getByText("alice").waitFor();
  await bob.getByRole("heading", { name: "2 members" }).waitFor();

  await bob.reload();
  await message(bob, "hello bob").waitFor();
  assert.equal(await message(bob, "hello bob").count(), 1);
});

test("what the browser lost of what it kept is said, and can be put away", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  await connectionSays(alice, "Connected");
  await alice.addInitScript(() => {
    const dataLoss = { get: () => "total" };
    Object.defineProperty(IDBVersionChangeEvent.prototype, "dataLoss", dataLoss);
  });
  await alice.goto(`${url}/?user=carol`);
  const trouble = alice.getByRole("alert").filter({ hasText: "the browser lost what it kept" });
  await trouble.getByRole("button", { name: "Dismiss" }).click();
  await trouble.waitFor({ state: "detached" });
  await say(alice, "still here");
  await atServer(alice, "still here");
});

test("Shift and Enter begin a new line, and Enter sends both", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  await composer(alice).pressSequentially("one");
  await composer(alice).press("Shift+Enter");
  await composer(alice).pressSequentially("two");
  await composer(alice).press("Enter");
  await atServer(alice, "one");
  assert.match(await message(alice, "one").innerText(), /one\ntwo/);
  assert.equal(await composer(alice).inputValue(), "");
});

test("what is written while the server is away waits, and goes out when it is back", async (t) => {
  const server = await serve(t);
  const options = { mayFailRequests: true };
  const alice = await openChat(t, `${server.url}/?user=alice`, options);
  const bob = await openChat(t, `${server.url}/?user=bob`, options);
  await connectionSays(alice, "Connected");
  await say(bob, "before");
  await message(alice, "before").waitFor();

  await server.kill();
  await connectionSays(alice, /Reconnecting \(\d+\)/);
  await connectionSays(alice, /next try in \d+ s/);
  await say(alice, "meanwhile");
  await message(alice, "meanwhile").getByText("Pending").waitFor();
  await connectionSays(alice, "1 pending");

  await server.start();
  await alice.getByRole("button", { name: "Try now" }).click();
  await atServer(alice, "meanwhile");
  await alice.getByText("1 pending").waitFor({ state: "detached" });
  await message(bob, "meanwhile").waitFor();

  await alice.reload();
  await message(alice, "meanwhile").waitFor();
  const texts = await alice.getByRole("log").locator(".content").allInnerTexts();
  assert.deepEqual(texts, ["before", "meanwhile"]);
});

test("what is sent while the server is down outlives a reload, and arrives once when it is back", async (t) => {
  const server = await serve(t);
  const { url } = server;
  const options = { mayFailRequests: true };
  const alice = await openChat(t, `${url}/?user=alice`, options);
  const bob = await openChat(t, `${url}/?user=bob`, options);
  await connectionSays(bob, "Connected");
  await say(alice, "before");
  await message(bob, "before").waitFor();

  await server.kill();
  await connectionSays(alice, /Reconnecting \(\d+\)/);
  await say(alice, "first meanwhile");
  await say(alice, "second meanwhile");
  await connectionSays(alice, "2 pending");

  const stopFiles = await serveFiles(site, Number(new URL(url).port));
  await alice.reload();
  await connectionSays(alice, "2 pending");
  await message(alice, "first meanwhile").getByText("Pending").waitFor();
  await message(alice, "before").waitFor();
  await stopFiles();

  await server.start();
  await atServer(alice, "second meanwhile");
  await message(bob, "second meanwhile").waitFor();
  await alice.getByText("2 pending").waitFor({ state: "detached" });
  await alice.reload();
  await message(alice, "second meanwhile").waitFor();
  await connectionSays(alice, "Connected");
  for (const page of [alice, bob]) {
    const texts = await page.getByRole("log").locator(".content").allInnerTexts();
    assert.deepEqual(texts, ["before", "first meanwhile", "second meanwhile"]);
  }
});

test("disconnecting lasts until one reconnects", async (t) => {
  const { url, connections } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  await connectionSays(alice, "Connected");
  await alice.getByRole("button", { name: "Disconnect" }).click();
  await connectionSays(alice, "Offline");
  await until(async () => (await connections()) === 0, "the server sees nobody");
  await alice.getByRole("button", { name: "Reconnect" }).click();
  await connectionSays(alice, "Connected");
});

test("a room that does not exist is said not to, can be created, and is found by others", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  await joinRoom(alice, "plans");
  await alice.getByRole("alert").getByText("There is no room called “plans”.").waitFor();
  await alice.getByRole("button", { name: "Create it" }).click();
  await alice.getByRole("heading", { name: "plans" }).waitFor();
  await say(alice, "first", "plans");

  const bob = await openChat(t, `${url}/?user=bob`);
  await connectionSays(bob, "Connected");
  await joinRoom(bob, "plans");
  await message(bob, "first", "plans").waitFor();

  await bob.getByRole("button", { name: "general" }).click();
  await say(alice, "second", "plans");
  await bob.getByRole("button", { name: "plans 1 unread" }).click();
  await message(bob, "second", "plans").waitFor();
});

test("an address with a room that does not exist says so", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice&room=nowhere`);
  await alice.getByText("There is no room called “nowhere”.").waitFor();
  assert.ok(await composer(alice, "nowhere").isDisabled());
});

test("a room that was missing when its address was opened can be written in once it is created", async (t) => {
  const server = await serve(t);
  const options = { mayFailRequests: true };
  const alice = await openChat(t, `${server.url}/?user=alice&room=plans`, options);
  const missing = alice.getByRole("log").getByText("There is no room called “plans”.");
  await missing.waitFor();
  await joinRoom(alice, "plans");
  await alice.getByRole("button", { name: "Create it" }).click();
  await missing.waitFor({ state: "detached" });
  await say(alice, "first", "plans");
  await atServer(alice, "first", "plans");

  await server.kill();
  await connectionSays(alice, /Reconnecting/);
  assert.ok(await composer(alice, "plans").isEnabled());
});

test("a message that the server refuses says why, and is sent again, changed or given up as one likes", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  await connectionSays(alice, "Connected");
  await say(alice, "x".repeat(70_000));
  const refused = message(alice, "xxx");
  await refused.getByText("Not sent: it is too long.").waitFor();
  await refused.getByRole("button", { name: "Send again" }).click();
  await refused.getByText("Not sent: it is too long.").waitFor();
  assert.equal(await refused.count(), 1);

  await refused.getByRole("button", { name: "Edit" }).click();
  await alice.getByRole("textbox", { name: "Edit the message" }).fill("short");
  await alice.getByRole("textbox", { name: "Edit the message" }).press("Enter");
  await atServer(alice, "short");

  await say(alice, "y".repeat(70_000));
  await message(alice, "yyy").getByRole("button", { name: "Discard" }).click();
  await message(alice, "yyy").waitFor({ state: "detached" });
  assert.equal(await alice.getByText("pending").count(), 0);
});

test("a message that could not even be queued is in the field again, with why", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, "about:blank", { mayFailRequests: true });
  let fail;
  const isSent = new Promise((resolve) => {
    fail = resolve;
  });
  await alice.route("**/*.wasm", (route) => isSent.then(() => route.abort()));
  await alice.goto(`${url}/?user=alice`);
  await say(alice, "too early");
  fail();
  const why = alice.locator("form.composer").getByRole("alert");
  await why.filter({ hasText: "the chat could not be loaded" }).waitFor();
  assert.equal(await composer(alice).inputValue(), "too early");
  assert.equal(await message(alice, "too early").count(), 0);

  await alice.unroute("**/*.wasm");
  await connectionSays(alice, "Connected");
  await composer(alice).press("Enter");
  await atServer(alice, "too early");
  assert.equal(await composer(alice).inputValue(), "");
});

test("one's own message can be edited and deleted, any can be reacted to, and others see it", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  const bob = await openChat(t, `${url}/?user=bob`);
  await say(alice, "a tpyo");
  await message(bob, "a tpyo").waitFor();

  await choose(bob, "a tpyo", "React with 👍");
  await message(alice, "a tpyo").getByRole("button", { name: "👍 1" }).waitFor();
  assert.equal(await bob.getByRole("button", { name: "Edit" }).count(), 0);

  await choose(alice, "a tpyo", "Edit");
  await alice.getByRole("textbox", { name: "Edit the message" }).fill("a typo");
  await alice.getByRole("button", { name: "Save" }).click();
  await message(bob, "a typo").getByText("edited").waitFor();

  await bob.getByRole("button", { name: "👍 1", pressed: true }).click();
  await message(alice, "a typo")
    .getByRole("button", { name: "👍 1" })
    .waitFor({ state: "detached" });

  await choose(alice, "a typo", "Delete");
  await message(bob, "This message was deleted.").waitFor();
  assert.equal(await message(bob, "a typo").count(), 0);
});

test("older messages come on request, and what is read stays where it is", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  await connectionSays(alice, "Connected");
  for (let number = 1; number <= 80; number += 1) await say(alice, `message ${number}.`);
  await atServer(alice, "message 80.");

  const bob = await openChat(t, `${url}/?user=bob`);
  await message(bob, "message 80.").waitFor();
  assert.equal(await message(bob, "message 1.").count(), 0);
  const older = bob.getByRole("button", { name: "Load older messages" });
  await older.scrollIntoViewIfNeeded();
  const first = bob.getByRole("log").locator(".content").first();
  const shown = await first.innerText();
  const before = await first.boundingBox();
  await older.click();
  await message(bob, "message 1.").waitFor({ state: "attached" });
  await older.waitFor({ state: "detached" });
  const after = await message(bob, shown).locator(".content").boundingBox();
  assert.ok(Math.abs(after.y - before.y) < 80, `it moved from ${before.y} to ${after.y}`);
  assert.equal(await bob.getByRole("log").locator(".content").count(), 80);
});

test("whoever comes without a name is asked for one", async (t) => {
  const { url } = await serve(t);
  const page = await openChat(t, url);
  await page.getByRole("textbox", { name: "Your name" }).fill("carol");
  await page.getByRole("button", { name: "Start chatting" }).click();
  await connectionSays(page, "carol");
  await connectionSays(page, "Connected");
});

test("screen readers find landmarks, and a name on everything that can be used", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  await say(alice, "hello");
  await atServer(alice, "hello");

  for (const landmark of ["banner", "navigation", "main", "complementary"]) {
    assert.equal(await alice.getByRole(landmark).count(), 1, landmark);
  }
  assert.equal(await alice.getByRole("heading", { level: 1 }).count(), 1);
  assert.equal(
    await alice.getByRole("button", { name: "general" }).getAttribute("aria-current"),
    "page",
  );
  assert.equal(await alice.locator("html").getAttribute("lang"), "en");

  const nodes = await accessibilityTree(alice);
  const needName = ["button", "link", "textbox", "log", "navigation", "complementary", "heading"];
  const nameless = nodes.filter(({ role, name }) => needName.includes(role) && !name.trim());
  assert.deepEqual(nameless, []);
  assert.ok(nodes.length > 20, "the tree was read");
});

test("the keyboard reaches everything, the field to write in first of all", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`);
  await connectionSays(alice, "Connected");
  await alice.keyboard.press("Tab");
  await alice.keyboard.press("Enter");
  assert.ok(await composer(alice).evaluate((field) => field === document.activeElement));
  const wanted = [
    "Disconnect",
    "general",
    "announcements",
    "Join another room",
    "Messages in general",
  ];
  await alice.reload();
  await connectionSays(alice, "Connected");
  const reached = [];
  for (let step = 0; step < 8; step += 1) {
    await alice.keyboard.press("Tab");
    reached.push(await alice.evaluate(nameOfFocus));
  }
  assert.deepEqual(
    wanted.filter((name) => !reached.includes(name)),
    [],
    `reached: ${reached.join(", ")}`,
  );
});

test("on a screen of 360 pixels nothing lies to the side", async (t) => {
  const { url } = await serve(t);
  const alice = await openChat(t, `${url}/?user=alice`, { viewport: { width: 360, height: 640 } });
  await say(alice, `a-long-word-${"o".repeat(200)}`);
  await atServer(alice, "a-long-word");
  await choose(alice, "a-long-word", "React with 👍");
  await message(alice, "a-long-word").getByRole("button", { name: "👍 1" }).waitFor();
  await message(alice, "a-long-word").getByRole("button", { name: "Actions for" }).click();
  for (const part of ["html", "main", "[role=log]"]) {
    const [shown, needed] = await alice
      .locator(part)
      .evaluate((element) => [element.clientWidth, element.scrollWidth]);
    assert.ok(needed <= shown, `${part} needs ${needed} pixels and has ${shown}`);
  }
  await alice.getByRole("button", { name: "1 member" }).click();
  await alice.getByRole("heading", { name: "1 member" }).waitFor();
});

async function joinRoom(page, room) {
  await page.getByRole("textbox", { name: "Join another room" }).fill(room);
  await page.getByRole("button", { name: "Join", exact: true }).click();
}

/** What assistive technology is told: role and name of everything on the page. */
async function accessibilityTree(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({ role: role?.value ?? "", name: name?.value ?? "" }));
}

/** Runs in the page: the label of what has the focus. */
function nameOfFocus() {
  const element = document.activeElement;
  const label = element?.labels?.[0]?.textContent ?? element?.getAttribute("aria-label");
  return label ?? element?.innerText ?? "";
}
