// Runs one example: its server, the other people on it, and a browser that finds it where the
// documents say it is.
import assert from "node:assert/strict";
import { once } from "node:events";
import { chromium } from "playwright-core";
import { io } from "socket.io-client";
import { chromiumPath } from "../../../scripts/lib/chromium.mjs";
import { startDevServer } from "../../e2e/support/dev-server.mjs";
import { startSite } from "./bundle.mjs";

/** A test that waits longer than this for its page has failed: what it waits for rejects. */
const pageLifetimeMs = 30_000;

/** Whom the examples leave free. */
const userId = "user-123";

/**
 * Everything an example needs, gone after the test, which fails if the page threw something.
 *
 * @param {import("node:test").TestContext} t
 * @param {object} [options]
 * @param {string} [options.address] where the browser finds the server
 * @param {Record<string, string>} [options.env] the app's environment when it was built
 */
export async function openApp(
  t,
  {
    address = "realtime.localhost:3101",
    env = { NEXT_PUBLIC_REALTIME_URL: "http://realtime.localhost:3101" },
  } = {},
) {
  const server = await startDevServer(t);
  const site = await startSite(env);
  t.after(() => site.close());
  const rule = `MAP ${address} ${new URL(server.url).host}`;
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: ["--no-sandbox", `--host-resolver-rules=${rule}`],
  });
  const overdue = setTimeout(() => browser.close(), pageLifetimeMs);
  const page = await browser.newPage();
  const thrown = [];
  page.on("pageerror", (error) => thrown.push(error.message));
  t.after(async () => {
    clearTimeout(overdue);
    await browser.close();
    assert.deepEqual(thrown, [], "nothing was thrown past the app");
  });
  const sockets = recordSockets(page);
  await page.addInitScript((given) => Object.assign(globalThis, { given }), {
    userId,
    token: await issueToken(server, userId),
  });
  await page.goto(site.origin);
  return {
    server,
    page,
    userId,
    sockets,
    /** Runs an example; its exports are `example` on the page. */
    run: (name) =>
      page.evaluate(async (path) => {
        window.example = await import(path);
      }, `/examples/${name}.js`),
    /** Connects the signed-in user by the app's own code, and joins a room. */
    connect: (roomName) =>
      page.evaluate(async (roomName) => {
        const { connectTo } = await import("/prelude/given.js");
        await connectTo(roomName);
      }, roomName),
    /** Another person, by the official client, in a new room of theirs. */
    host: (user, roomName) => host(t, server, user, roomName),
  };
}

/** The payload of the next such event that somebody hears. */
export async function hears(socket, event) {
  const [payload] = await once(socket, event, { signal: AbortSignal.timeout(pageLifetimeMs) });
  return payload;
}

async function host(t, server, user, roomName) {
  const socket = await enter(t, server, user);
  const created = await socket.emitWithAck("room:create", { roomName });
  assert.equal(created.success, true, JSON.stringify(created));
  return socket;
}

async function enter(t, server, user) {
  const socket = io(server.url, { auth: { token: `user:${user}` }, forceNew: true });
  t.after(() => socket.close());
  await once(socket, "authenticated");
  return socket;
}

async function issueToken(server, userId) {
  const answer = await fetch(`${server.url}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId }),
  });
  return (await answer.json()).token;
}

/** The addresses of the page's WebSockets, and the events that it sent over them. */
function recordSockets(page) {
  const seen = { urls: [], events: [] };
  page.on("websocket", (socket) => {
    seen.urls.push(socket.url());
    socket.on("framesent", ({ payload }) => {
      const [, event] = /^42\d*(\[.*\])$/s.exec(payload) ?? [];
      if (event) seen.events.push(JSON.parse(event));
    });
  });
  return {
    ...seen,
    /** The payloads of the events sent under a name. */
    sent: (name) => seen.events.filter(([event]) => event === name).map(([, payload]) => payload),
  };
}
