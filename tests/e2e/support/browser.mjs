// One headless browser and one site for a file of tests; a fresh profile for every page.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { chromiumPath } from "../../../scripts/lib/chromium.mjs";
import { startSite } from "./site.mjs";

const instruments = fileURLToPath(new URL("instruments.js", import.meta.url));

/** A test that waits longer than this for its page has failed: what it waits for rejects. */
const pageLifetimeMs = 30_000;

/**
 * Starts the browser and the site before the tests of a file, and ends them after.
 *
 * @param {() => { wasm?: string } | Promise<{ wasm?: string }>} [siteOptions]
 * @returns {(t: import("node:test").TestContext, options?: PageOptions) => Promise<import("playwright-core").Page>}
 * opens a page in a context (a profile) of its own, or in the one given; closed after the test,
 * which fails if the page threw something that nobody caught
 *
 * @typedef {object} PageOptions
 * @property {import("playwright-core").BrowserContext} [context] share a profile: another tab
 * @property {boolean} [counted] the page counts what is alive in it: see instruments.js
 * @property {boolean} [mayThrow] uncaught errors are part of the test: `page.uncaught` has them
 */
export function withBrowser(siteOptions = () => ({})) {
  let browser;
  let site;
  before(async () => {
    site = await startSite(await siteOptions());
    const args = ["--no-sandbox", "--js-flags=--expose-gc"];
    browser = await chromium.launch({ executablePath: chromiumPath(), args });
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });
  return async (t, { context, counted = false, mayThrow = false } = {}) => {
    const profile = context ?? (await browser.newContext());
    const page = await profile.newPage();
    if (counted) await page.addInitScript({ path: instruments });
    page.uncaught = [];
    page.on("pageerror", (error) => page.uncaught.push(error.message));
    page.on("console", (message) => {
      if (process.env.DEBUG) console.log(`[page] ${message.text()}`);
    });
    const overdue = setTimeout(() => profile.close(), pageLifetimeMs);
    t.after(async () => {
      clearTimeout(overdue);
      await (context ? page.close() : profile.close());
      if (!mayThrow) assert.deepEqual(page.uncaught, [], "nothing was thrown past the app");
    });
    await page.goto(site.origin);
    return page;
  };
}
