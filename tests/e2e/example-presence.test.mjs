// The example chat's presence, typing and privacy: two browsers show each other's changes.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { exportExample } from "../../scripts/lib/example.mjs";
import { startDevServer } from "./support/dev-server.mjs";
import { composer, connectionSays, message, say, withChat } from "./support/example.mjs";

const openChat = withChat();
let site;
before(async () => {
  site = await exportExample();
});

/** alice's page and bob's, both connected and in the same room. */
async function twoPeople(t, options) {
  openChat.closeAfter(t);
  const { url } = await startDevServer(t, ["--static", site, "--presence-grace", "0"]);
  const alice = await openChat(t, `${url}/?user=alice`, options);
  const bob = await openChat(t, `${url}/?user=bob`);
  await member(bob, "alice", "Online").waitFor();
  if (!options?.viewport) await member(alice, "bob", "Online").waitFor();
  return { url, alice, bob };
}

test("a status that one chooses shows in the other's list, and in one's own", async (t) => {
  const { alice, bob } = await twoPeople(t);
  await openStatus(alice);
  await alice.getByRole("radio", { name: "Busy" }).check();
  await member(bob, "alice", "Busy").waitFor();
  await member(alice, "alice", "Busy").waitFor();
  await alice.getByRole("banner").getByText("Busy").first().waitFor();

  await alice.getByRole("radio", { name: "Online" }).check();
  await member(bob, "alice", "Online").waitFor();
});

test("a custom status shows by a preset or in one's own words, and can be taken back", async (t) => {
  const { alice, bob } = await twoPeople(t);
  await openStatus(alice);
  await alice.getByRole("button", { name: "In a meeting" }).click();
  await member(bob, "alice", "Online").getByText("📅 In a meeting").waitFor();
  await alice.getByText("It ends in 1h.").waitFor();

  await alice.getByRole("textbox", { name: "Emoji" }).fill("🍕");
  await alice.getByRole("textbox", { name: "In your own words" }).fill("At lunch");
  await alice.getByRole("combobox", { name: "For how long" }).selectOption("30 minutes");
  await alice.getByRole("button", { name: "Save" }).click();
  await member(bob, "alice", "Online").getByText("🍕 At lunch").waitFor();
  await alice.getByText("It ends in 30m.").waitFor();

  await alice.getByRole("button", { name: "Clear" }).click();
  await member(bob, "alice", "Online").getByText("At lunch").waitFor({ state: "detached" });
});

test("who writes is named to the other, until the message is there", async (t) => {
  const { alice, bob } = await twoPeople(t);
  await composer(alice).pressSequentially("hello");
  await bob.getByText("alice is typing...").waitFor();
  assert.equal(await alice.getByText("is typing").count(), 0);
  await composer(alice).press("Enter");
  await message(bob, "hello").waitFor();
  assert.equal(await bob.getByText("alice is typing...").count(), 0);

  await composer(alice).pressSequentially("never mind");
  await bob.getByText("alice is typing...").waitFor();
  await composer(alice).fill("");
  await bob.getByText("alice is typing...").waitFor({ state: "detached" });
});

test("who is invisible looks gone to the other, reads and writes on, and can come back", async (t) => {
  const { alice, bob } = await twoPeople(t);
  await openStatus(alice);
  await alice.getByRole("radio", { name: "Invisible" }).check();
  await member(bob, "alice", "Online").waitFor({ state: "detached" });
  await member(alice, "alice", "Invisible").waitFor();
  await alice.keyboard.press("Escape");

  await say(bob, "is anybody here?");
  await message(alice, "is anybody here?").waitFor();
  await composer(alice).pressSequentially("nobody");
  await say(bob, "no answer");
  await message(alice, "no answer").waitFor();
  assert.equal(await bob.getByText("is typing").count(), 0);

  await alice.reload();
  await connectionSays(alice, "Connected");
  await member(alice, "alice", "Invisible").waitFor();
  assert.equal(await member(bob, "alice", "Online").count(), 0);

  await openStatus(alice);
  await alice.getByRole("radio", { name: "Online" }).check();
  await member(bob, "alice", "Online").waitFor();
});

test("privacy settings hide what they say, and last over a reload", async (t) => {
  const { alice, bob } = await twoPeople(t);
  await openPrivacy(alice);
  await alice.getByRole("radio", { name: "Nobody" }).check();
  await member(bob, "alice", "Online").waitFor({ state: "detached" });

  await alice.reload();
  await alice.getByRole("heading", { name: "Privacy", level: 1 }).waitFor();
  await alice.getByRole("radio", { name: "Nobody", checked: true }).waitFor();
  await alice.getByRole("radio", { name: "My contacts" }).check();
  await alice.getByRole("textbox", { name: "Add a contact" }).fill("bob");
  await alice.getByRole("button", { name: "Add", exact: true }).click();
  await member(bob, "alice", "Online").waitFor();
  await alice.getByRole("button", { name: "Remove bob" }).click();
  await member(bob, "alice", "Online").waitFor({ state: "detached" });

  await alice.getByRole("radio", { name: "Everyone" }).check();
  await member(bob, "alice", "Online").waitFor();
  await alice.getByRole("checkbox", { name: "Show that I am typing" }).uncheck();
  await alice.getByRole("button", { name: "Back to the chat" }).click();
  await composer(alice).pressSequentially("unseen");
  await say(alice, "seen");
  await message(bob, "seen").waitFor();
  assert.equal(await bob.getByText("is typing").count(), 0);
});

test("without a connection the privacy settings are said to come with it", async (t) => {
  const { alice } = await twoPeople(t);
  await openPrivacy(alice);
  await alice.routeWebSocket(/socket\.io/, () => undefined);
  await alice.reload();
  await alice.getByText("Your settings come with the connection.").waitFor();
});

test("all of it is reached by keyboard, and has a name for screen readers", async (t) => {
  const { alice, bob } = await twoPeople(t);
  const status = alice.getByRole("button", { name: "change your status" });
  await status.focus();
  await alice.keyboard.press("Enter");
  await alice.getByRole("dialog", { name: "Your status" }).waitFor();
  await alice.keyboard.press("Tab");
  await alice.keyboard.press("ArrowDown");
  await member(bob, "alice", "Away").waitFor();
  await alice.keyboard.press("Escape");
  await alice.getByRole("dialog", { name: "Your status" }).waitFor({ state: "hidden" });
  assert.ok(await status.evaluate((button) => button === document.activeElement));

  await openPrivacy(alice);
  const nodes = await accessibilityTree(alice);
  const needName = ["button", "radio", "checkbox", "textbox", "image", "heading", "group"];
  const nameless = nodes.filter(({ role, name }) => needName.includes(role) && !name.trim());
  assert.deepEqual(nameless, []);
  assert.ok(nodes.filter(({ role }) => role === "radio").length >= 3, "the tree was read");
});

test("on a screen of 360 pixels nothing of it lies to the side", async (t) => {
  const { alice } = await twoPeople(t, { viewport: { width: 360, height: 640 } });
  await openStatus(alice);
  await fits(alice, "#status-popover");
  await alice.getByRole("button", { name: "Privacy settings" }).click();
  await alice.getByRole("heading", { name: "Privacy", level: 1 }).waitFor();
  await fits(alice, "html");
  await fits(alice, "main");
});

/** A member with this status in the list that is shown. */
function member(page, name, status) {
  return page
    .getByRole("complementary")
    .getByRole("listitem")
    .filter({ hasText: name })
    .filter({ has: page.getByRole("img", { name: status, exact: true }) });
}

async function openStatus(page) {
  await page.getByRole("button", { name: "change your status" }).click();
  await page.getByRole("dialog", { name: "Your status" }).waitFor();
}

async function openPrivacy(page) {
  await openStatus(page);
  await page.getByRole("button", { name: "Privacy settings" }).click();
  await page.getByRole("heading", { name: "Privacy", level: 1 }).waitFor();
  await page.getByRole("radio", { name: "Everyone" }).waitFor();
}

async function fits(page, part) {
  const [shown, needed] = await page
    .locator(part)
    .evaluate((element) => [element.clientWidth, element.scrollWidth]);
  assert.ok(needed <= shown, `${part} needs ${needed} pixels and has ${shown}`);
}

/** What assistive technology is told: role and name of everything on the page. */
async function accessibilityTree(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({ role: role?.value ?? "", name: name?.value ?? "" }));
}
