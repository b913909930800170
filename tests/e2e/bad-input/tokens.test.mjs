// Token callbacks that fail, hang or answer nonsense.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { startDevServer } from "../support/dev-server.mjs";

const openPage = withBrowser();

test("one that rejects or throws rejects connect(), and is asked again for the next attempt", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const told = await page.evaluate(async (url) => {
    const answers = [
      async () => {
        throw new Error("signed out");
      },
      () => {
        throw "a string";
      },
      () => Promise.reject(),
      async () => "user:alice",
    ];
    const client = window.newClient(url);
    const error = await window.errorOf(() => client.connect(() => answers.shift()()));
    await window.until(() => client.isAuthenticated);
    return { error, left: answers.length, errors: client.log.errors.map(({ code }) => code) };
  }, server.url);
  assert.equal(told.error.code, "TOKEN_UNAVAILABLE");
  assert.match(told.error.message, /signed out/);
  assert.equal(told.error.retryable, true);
  assert.equal(told.left, 0);
  assert.deepEqual(told.errors, Array(3).fill("TOKEN_UNAVAILABLE"));
});

test("one that never settles fails the attempt in time, and its late answer is nobody's", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const told = await page.evaluate(async (url) => {
    const late = [];
    const client = window.newClient(url, { timeout: 100 });
    const token = () => {
      if (late.length === 2) return "user:alice";
      return new Promise((resolve) => late.push(resolve));
    };
    const error = await window.errorOf(() => client.connect(token));
    await window.until(() => client.isAuthenticated);
    for (const answer of late) answer("user:mallory");
    await client.emitAsync("ping", {});
    return { error, user: client.auth.userId, connects: client.log.states };
  }, server.url);
  assert.equal(told.error.code, "TIMEOUT");
  assert.equal(told.user, "alice");
  assert.equal(told.connects.filter((state) => state === "connected").length, 1);
});

test("disconnect() takes back a connect() whose token never comes", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t, { counted: true });
  const told = await page.evaluate(async (url) => {
    await window.sdk.init();
    const client = window.newClient(url);
    let asked = false;
    const connecting = window.errorOf(() =>
      client.connect(() => {
        asked = true;
        return new Promise(() => undefined);
      }),
    );
    await window.until(() => asked);
    client.disconnect();
    const error = await connecting;
    // The store may still be opening, which has a time limit of its own.
    await window.until(() => window.alive.counts.timers === 0);
    return { error, state: client.state, timers: window.alive.counts.timers };
  }, server.url);
  assert.equal(told.error.code, "CANCELLED");
  assert.deepEqual([told.state, told.timers], ["disconnected", 0]);
});

test("one that calls back into the client is answered", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const user = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    let asked = 0;
    await client.connect(async () => {
      asked += 1;
      // A token service that is itself asked when the connection is.
      client.connect().catch(() => undefined);
      return client.state === "connecting" ? `user:alice-${asked}` : "nonsense";
    });
    await window.until(() => client.isAuthenticated);
    return client.auth.userId;
  }, server.url);
  assert.equal(user, "alice-1");
});

test("one that is given with every connect() is asked once for each attempt", async (t) => {
  const server = await startDevServer(t);
  const page = await openPage(t);
  const asked = await page.evaluate(async (url) => {
    const client = window.newClient(url);
    let asked = 0;
    const token = async () => {
      asked += 1;
      return "user:alice";
    };
    await Promise.all(Array.from({ length: 20 }, () => client.connect(token)));
    await client.connect(token);
    return asked;
  }, server.url);
  assert.equal(asked, 1);
});
