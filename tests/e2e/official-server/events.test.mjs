// Our client against the official Socket.IO server: arguments, bytes and acknowledgements.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { carriers, startOfficialServer } from "../support/official-server.mjs";

const openPage = withBrowser();

for (const carrier of Object.values(carriers)) {
  /** A connected page, and the server's socket of it. */
  const connected = async (t) => {
    const server = await startOfficialServer(t);
    const page = await openPage(t);
    const [socket] = await Promise.all([
      server.nextSocket(),
      page.evaluate(connect, [server.url, carrier.transports]),
    ]);
    await server.assertCarriedBy(carrier);
    return { page, socket };
  };

  test(`passes any number of arguments both ways ${carrier.name}`, async (t) => {
    const { page, socket } = await connected(t);
    const args = [1, "zwei", null, [3], { four: { five: "ünï↯😀" } }, true];
    const received = new Promise((resolve) => socket.once("up", (...got) => resolve(got)));
    await page.evaluate(() => {
      window.heard = window.next(window.client, "down");
    });
    await page.evaluate((args) => window.client.emit("up", ...args), args);
    assert.deepEqual(await received, args);
    socket.emit("down", ...args);
    assert.deepEqual(await page.evaluate(() => window.heard), args);
  });

  test(`carries bytes both ways ${carrier.name}`, async (t) => {
    const { page, socket } = await connected(t);
    const received = new Promise((resolve) => {
      socket.on("up", (body, view, answer) => {
        resolve([body.text, [...body.nested[0]], [...view]]);
        answer({ back: Buffer.from([7, 0, 128]) });
      });
    });
    assert.deepEqual(await page.evaluate(sendBytes), [7, 0, 128]);
    assert.deepEqual(await received, ["with bytes", [1, 2, 255], [8, 9]]);

    await page.evaluate(hearBytes);
    socket.emit("down", { file: Buffer.from([5, 6]), name: "a" }, Buffer.alloc(100_000, 3));
    assert.deepEqual(await page.evaluate(() => window.heard), {
      file: [5, 6],
      name: "a",
      size: 100_000,
      last: 3,
    });
  });

  test(`acknowledges both ways, and gives up in time ${carrier.name}`, async (t) => {
    const { page, socket } = await connected(t);
    socket.on("sum", (a, b, answer) => answer(a + b, "extra"));
    socket.on("refuse", (_data, answer) =>
      answer({ success: false, error: { code: "FORBIDDEN", message: "Not you" } }),
    );
    socket.on("wrap", (data, answer) => answer({ success: true, data }));
    const answers = await page.evaluate(askServer);
    assert.deepEqual(answers.sum, [5, "extra"]);
    assert.equal(answers.wrap, "inside");
    assert.equal(answers.refuse.code, "FORBIDDEN");
    assert.equal(answers.refuse.message, "Not you");
    assert.equal(answers.silent.code, "TIMEOUT");
    assert.equal(answers.silent.message, "Request timeout for event: silent");

    await page.evaluate(answerServer);
    assert.deepEqual(await socket.timeout(5_000).emitWithAck("question", 20), 21);
    await assert.rejects(socket.timeout(200).emitWithAck("ignored"), /timed out/);
  });
}

test("an acknowledgement that comes after its time-out is not heard any more", async (t) => {
  const server = await startOfficialServer(t);
  const page = await openPage(t);
  server.io.on("connection", (socket) => {
    socket.on("late", (_data, answer) => {
      socket.once("now", (_more, done) => {
        answer("too late");
        done("after it");
      });
    });
  });
  await page.evaluate(connect, [server.url, ["websocket"]]);
  const told = await page.evaluate(async () => {
    const { client } = window;
    const error = await window.errorOf(() => client.emitAsync("late", {}, 50));
    return [error.code, await client.emitAsync("now", {})];
  });
  assert.deepEqual(told, ["TIMEOUT", "after it"]);
});

async function connect([url, transports]) {
  window.client = window.newClient(url, { transports });
  await window.client.connect();
}

async function sendBytes() {
  const body = { text: "with bytes", nested: [new Uint8Array([1, 2, 255]).buffer] };
  const view = new Uint8Array([0, 8, 9, 0]).subarray(1, 3);
  const { back } = await new Promise((resolve) => window.client.emit("up", body, view, resolve));
  return [...new Uint8Array(back)];
}

function hearBytes() {
  window.heard = window.next(window.client, "down").then(([{ file, name }, large]) => {
    const bytes = new Uint8Array(large);
    return { file: [...new Uint8Array(file)], name, size: bytes.length, last: bytes.at(-1) };
  });
}

async function askServer() {
  const { client, errorOf } = window;
  return {
    sum: await new Promise((resolve) => client.emit("sum", 2, 3, (...all) => resolve(all))),
    wrap: await client.emitAsync("wrap", "inside"),
    refuse: await errorOf(() => client.emitAsync("refuse", {})),
    silent: await errorOf(() => client.emitAsync("silent", {}, 100)),
  };
}

function answerServer() {
  window.client.on("question", (number, answer) => answer(number + 1));
  window.client.on("ignored", () => undefined);
}
