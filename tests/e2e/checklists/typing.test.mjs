// The documents' manual checklist for typing, each line a test: two people or more in real
// browsers, with times made short by configuration.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";
import { enter, passesBetween, room, typingLineSays } from "./people.mjs";

const openPage = withBrowser();
const names = ["alice", "bob", "carol", "dave"];

/** So many people in the room, each with a field to write in. */
async function people(t, count, options) {
  const { url } = await startDevServer(t);
  const pages = [];
  for (const user of names.slice(0, count)) {
    const page = await openPage(t);
    await enter(page, url, user, options);
    await page.evaluate((room) => {
      const field = document.body.appendChild(document.createElement("input"));
      field.addEventListener("input", () =>
        window.client.typing.handleInputChange(room, field.value, field.dataset.thread),
      );
    }, room);
    pages.push(page);
  }
  return pages;
}

/** Types with real keys, in the room or in a thread of it. */
async function types(page, text, thread) {
  const field = page.locator("input");
  await field.evaluate((field, thread) => {
    if (thread) field.dataset.thread = thread;
    else delete field.dataset.thread;
  }, thread);
  await field.pressSequentially(text);
}

test("Typing indicator appears when user types", async (t) => {
  const [alice, bob] = await people(t, 2);
  await types(alice, "h");
  await typingLineSays(bob, "alice is typing...");
  assert.equal(
    await alice.evaluate((room) => window.client.typing.getTypingText(room), room),
    null,
    "one's own typing is not shown to oneself",
  );

  await passesBetween(alice, bob, "hello");
  await typingLineSays(bob, null);
});

test("Typing indicator disappears after 5 seconds", async (t) => {
  const typingTimeout = 800;
  const [alice, bob] = await people(t, 2, { typing: { typingTimeout } });
  await types(alice, "h");
  await typingLineSays(bob, "alice is typing...");
  const shown = Date.now();
  await typingLineSays(bob, null);
  const lasted = Date.now() - shown;
  assert.ok(lasted > typingTimeout / 4 && lasted < 5000, `it lasted ${lasted} ms`);

  await types(alice, "e");
  await typingLineSays(bob, "alice is typing...");
  await alice.close();
  await typingLineSays(bob, null);
});

test("Multiple users typing shows correctly", async (t) => {
  const [alice, bob, carol, dave] = await people(t, 4);
  await types(alice, "a");
  await typingLineSays(dave, "alice is typing...");
  await types(bob, "b");
  await typingLineSays(dave, "alice and bob are typing...");
  await types(carol, "c");
  await typingLineSays(dave, "alice, bob, and carol are typing...");
  await typingLineSays(alice, "bob and carol are typing...");
});

test("Typing in threads works separately from channel", async (t) => {
  const [alice, bob] = await people(t, 2);
  await types(alice, "h", "thread-1");
  await typingLineSays(bob, "alice is typing...", "thread-1");
  await typingLineSays(bob, null);
  await typingLineSays(bob, null, "thread-2");

  await alice.evaluate((room) => window.client.typing.stopTyping(room, "thread-1"), room);
  await typingLineSays(bob, null, "thread-1");
  await types(alice, "i");
  await typingLineSays(bob, "alice is typing...");
  await typingLineSays(bob, null, "thread-1");
});

test("Privacy settings respected", async (t) => {
  const [alice, bob, carol] = await people(t, 3);
  const seenBy = (page) => page.evaluate(() => window.seen.typing);
  await alice.evaluate(() =>
    window.client.typing.updatePrivacySettings({ broadcastTyping: false }),
  );
  await types(alice, "unseen");
  await passesBetween(alice, bob, "first");
  assert.deepEqual(await seenBy(bob), [], "nobody was told");

  await alice.evaluate(async () => {
    await window.client.presence.addContact("bob");
    await window.client.presence.updatePresenceSettings("alice", { typingVisibility: "contacts" });
    window.client.typing.updatePrivacySettings({
      broadcastTyping: true,
      typingVisibility: "contacts",
    });
  });
  await types(alice, "seen by some");
  await typingLineSays(bob, "alice is typing...");
  await passesBetween(alice, carol, "second");
  assert.deepEqual(await seenBy(carol), [], "contacts only were told");
});
