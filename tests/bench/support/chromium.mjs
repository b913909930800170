// Headless Chromium over the DevTools protocol's own pipe: no port, and nothing in between that
// would watch the network and so make every frame dearer.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromiumPath } from "../../../scripts/lib/chromium.mjs";
import { Page } from "./page.mjs";

/** Pages in the background are measured as those in front are. */
const options = [
  "--headless",
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-component-update",
  "--disable-extensions",
  "--disable-renderer-backgrounding",
  "--js-flags=--expose-gc",
  "--remote-debugging-pipe",
];

/** One browser. */
export class Browser {
  #child;
  #profile = mkdtempSync(join(tmpdir(), "nchat-bench-"));
  #pending = new Map();
  #awaited = new Map();
  #lastId = 0;
  #unread = "";

  constructor() {
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
    const args = [...options, `--user-data-dir=${this.#profile}`, "about:blank"];
    this.#child = spawn(chromiumPath(), args, { stdio });
    this.#child.stdio[4].setEncoding("utf8").on("data", (text) => this.#read(text));
    this.#child.once("exit", () => {
      for (const { reject } of this.#pending.values()) reject(new Error("Chromium has ended"));
    });
  }

  /** Sends one command, of the browser or of a page's session, and resolves with its result. */
  send(method, params = {}, sessionId = undefined) {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { method, resolve, reject });
    });
  }

  /** Resolves with the next such event of a page's session. */
  next(event, sessionId) {
    return new Promise((resolve) => this.#awaited.set(`${sessionId} ${event}`, resolve));
  }

  /**
   * Opens a page in a context of its own, hence in a process of its own, once its module has run.
   *
   * @param {string} url a page that sets `globalThis.ready` to a promise
   */
  async open(url) {
    const { browserContextId } = await this.send("Target.createBrowserContext");
    const target = { url: "about:blank", browserContextId };
    const { targetId } = await this.send("Target.createTarget", target);
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(
      (method, params) => this.send(method, params, sessionId),
      () => this.send("Target.disposeBrowserContext", { browserContextId }),
    );
    const loaded = this.next("Page.loadEventFired", sessionId);
    await page.load(url, loaded);
    return page;
  }

  async close() {
    const ended = once(this.#child, "exit");
    this.send("Browser.close").catch(() => undefined);
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #read(text) {
    const messages = (this.#unread + text).split("\0");
    this.#unread = messages.pop();
    for (const message of messages) {
      const { id, result, error, method, sessionId } = JSON.parse(message);
      if (method) this.#awaited.get(`${sessionId} ${method}`)?.();
      const command = this.#pending.get(id);
      if (!command) continue;
      this.#pending.delete(id);
      if (error) command.reject(new Error(`${command.method}: ${error.message}`));
      else command.resolve(result);
    }
  }
}
