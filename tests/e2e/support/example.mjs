// The example chat in a browser: a profile for each person, and what their console says.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { chromiumPath } from "../../../scripts/lib/chromium.mjs";

/** A test that waits longer than this for its page has failed: what it waits for rejects. */
const pageLifetimeMs = 60_000;

/**
 * Starts a browser before the tests of a file, and ends it after.
 *
 * @returns {(t: import("node:test").TestContext, address: string, options?: ChatOptions) =>
 * Promise<import("playwright-core").Page>} opens an address in a profile of its own; closed after the test,
 * which fails if the page threw something that nobody caught, or printed a warning or an error.
 * `closeAfter(t)`, called before a server is started, has the pages closed before the server
 *
 * @typedef {object} ChatOptions
 * @property {{ width: number, height: number }} [viewport]
 * @property {boolean} [mayFailRequests] the server goes away in this test, and the browser says so
 */
export function withChat() {
  let browser;
  before(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox"] });
  });
  after(() => browser?.close());
  const openedIn = new WeakMap();
  /** What is open in a test. Hooks run in the order they are given: name this one before a server's. */
  const closeAfter = (t) => {
    if (!openedIn.has(t)) {
      const opened = [];
      openedIn.set(t, opened);
      t.after(async () => {
        await Promise.all(opened.map(({ profile }) => profile.close()));
        const complaints = opened.flatMap((page) => page.complaints);
        assert.deepEqual(complaints, [], "the page complained about nothing");
      });
    }
    return openedIn.get(t);
  };
  const open = async (t, address, { viewport, mayFailRequests = false } = {}) => {
    const profile = await browser.newContext({ viewport, locale: "en-GB" });
    const page = await profile.newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      const isExpected =
        mayFailRequests &&
        /^(Failed to load resource|WebSocket connection to)/.test(message.text());
      if (["warning", "error"].includes(message.type()) && !isExpected) {
        complaints.push(message.text());
      }
    });
    const overdue = setTimeout(() => profile.close(), pageLifetimeMs);
    profile.once("close", () => clearTimeout(overdue));
    closeAfter(t).push({ profile, complaints });
    await page.goto(address);
    return page;
  };
  return Object.assign(open, { closeAfter });
}

/** The field to write in. */
export function composer(page, room = "general") {
  return page.getByRole("textbox", { name: `Message to ${room}` });
}

/** Writes a message and sends it as people do, with Enter. */
export async function say(page, text, room = "general") {
  await composer(page, room).fill(text);
  await composer(page, room).press("Enter");
}

/** A message in the room's log, by its text. */
export function message(page, text, room = "general") {
  return page
    .getByRole("log", { name: `Messages in ${room}` })
    .getByRole("listitem")
    .filter({ hasText: text });
}

/** Waits until the server has one's own message. */
export async function atServer(page, text, room = "general") {
  const state = message(page, text, room).locator(".state");
  await state
    .and(page.locator("[data-state=sent], [data-state=delivered], [data-state=read]"))
    .waitFor();
}

/** Does something with a message, by its menu. */
export async function choose(page, text, action) {
  const row = message(page, text);
  await row.hover();
  await row.getByRole("button", { name: "Actions for" }).click();
  await row.getByRole("button", { name: action }).click();
}

/** Waits until the connection line says this. */
export async function connectionSays(page, text) {
  await page.getByRole("banner").getByText(text).waitFor();
}
