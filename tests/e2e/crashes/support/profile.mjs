// A browser profile on disk, and the browser that has it: started, killed and started again.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { chromiumPath } from "../../../../scripts/lib/chromium.mjs";
import { startSite } from "../../support/site.mjs";
import { until } from "../../support/until.mjs";
import { descendantsOf, isAlive, processesWith } from "./processes.mjs";

const scripts = ["writer.js", "storage.js"].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);

const args = [
  "--no-sandbox",
  // Every tab has a renderer of its own, which can be stopped and crashed alone.
  "--disable-features=ProcessPerSiteUpToMainFrameThreshold,SpareRendererForSitePerProcess",
  // A tab in the background is not slowed down: what is tested is not the browser's thrift.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
];

/**
 * A profile with a site of its own; both, and the browser, go after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {(fact: { kind: string, [name: string]: unknown }) => void} [heard] gets what pages say by
 * `report(fact)`, as it happens: what has been heard was said before whatever is done next
 */
export async function startProfile(t, heard = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "nchat-profile-"));
  const site = await startSite();
  let context;
  let closed;
  let pid;
  const profile = {
    origin: site.origin,
    /** Starts the browser, with the profile as it is. */
    async start() {
      const options = { executablePath: chromiumPath(), args };
      context = await chromium.launchPersistentContext(folder, options);
      [pid] = processesWith(`--user-data-dir=${folder}`, process.pid);
      closed = new Promise((resolve) => context.once("close", resolve));
      await context.exposeBinding("report", (_, fact) => heard(fact));
      for (const path of scripts) await context.addInitScript({ path });
      return context;
    },
    /** Opens a tab with the package and the writers; `ready` is called before the page loads. */
    async open(ready = async () => {}) {
      const page = await context.newPage();
      if (process.env.DEBUG) page.on("console", (message) => console.log(message.text()));
      await ready(page);
      await page.goto(site.origin);
      return page;
    },
    /** Ends the browser and all its processes in the midst of whatever they do: SIGKILL. */
    async kill() {
      const all = [pid, ...descendantsOf(pid)];
      for (const one of all) signal(one, "SIGKILL");
      await until(() => !all.some(isAlive), "every process of the browser is gone");
      await closed;
    },
    /** The files to which Chromium appends what its databases are given. */
    databaseLogs() {
      const databases = join(folder, "Default", "IndexedDB");
      return readdirSync(databases, { recursive: true })
        .filter((name) => name.endsWith(".log"))
        .map((name) => join(databases, name));
    },
    /** As `open`, and gives the process id of the tab's renderer as well. Not two at a time. */
    async openAlone() {
      const before = descendantsOf(pid, "--type=renderer");
      const page = await profile.open();
      const after = descendantsOf(pid, "--type=renderer");
      const [renderer, ...others] = after.filter((one) => !before.includes(one));
      assert.ok(renderer && others.length === 0, "one tab, one renderer");
      return { page, renderer };
    },
  };
  t.after(async () => {
    await profile.kill();
    site.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  await profile.start();
  return profile;
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

/** Opens the client of a page, as `openQueue` of writer.js does. */
export function openQueue(page, options) {
  return page.evaluate((options) => globalThis.openQueue(options).then(() => {}), options);
}

/** Begins to queue in a page, as `write` of writer.js does, and does not wait. */
export function write(page, options) {
  return page.evaluate((options) => void globalThis.write(options), options);
}

/** Queues `most` messages in a page. */
export function writeAll(page, options) {
  return page.evaluate((options) => globalThis.write(options), options);
}

/** Waits until nothing is queued in a page that knows what was. */
export function drained(page) {
  return page.waitForFunction(
    () =>
      globalThis.client.isAuthenticated &&
      globalThis.queue.snapshot.isLoaded &&
      globalThis.queue.isEmpty(),
  );
}
