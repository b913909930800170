// What a test finds on its page: the package as `sdk`, and a few helpers, all global.
import * as sdk from "/dist/index.js";
import { hostile } from "./hostile.js";

Object.assign(globalThis, { sdk, hostile, newClient, until, next, errorOf });

/** A client of `url` that comes back quickly; `client.log` keeps what it tells. */
function newClient(url, config = {}) {
  const client = new sdk.RealtimeClient();
  const log = { states: [], errors: [], reconnections: [], messages: [] };
  client.initialize({ url, reconnectDelay: 50, maxReconnectDelay: 200, ...config });
  client.onConnectionStateChange((state) => log.states.push(state));
  client.onError((error) => log.errors.push(describe(error)));
  client.onReconnection((attempt) => log.reconnections.push(attempt));
  client.rooms.onMessage(({ content }) => log.messages.push(content));
  return Object.assign(client, { log });
}

/** Waits until `condition()` is truthy, and gives what it was. */
async function until(condition, timeoutMs = 10_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`it never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The arguments of the next such event. */
function next(client, event) {
  return new Promise((resolve) => {
    client.once(event, (...args) => resolve(args));
  });
}

/** What an action throws or rejects with, as data; undefined when it succeeds. */
async function errorOf(action) {
  try {
    await action();
    return undefined;
  } catch (error) {
    return describe(error);
  }
}

function describe({ name, code, message, retryable, details }) {
  return { name, code, message, retryable, details };
}
