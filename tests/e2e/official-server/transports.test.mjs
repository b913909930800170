// Our client against the official Socket.IO server: how packets travel, and in which order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withBrowser } from "../support/browser.mjs";
import { carriers, startOfficialServer } from "../support/official-server.mjs";

const openPage = withBrowser();
const numbers = Array.from({ length: 1_000 }, (_, number) => number);

for (const carrier of Object.values(carriers)) {
  test(`connects ${carrier.name}, and says which transport it is`, async (t) => {
    const server = await startOfficialServer(t);
    const page = await openPage(t);
    await page.evaluate(connect, [server.url, carrier.transports]);

    await server.assertCarriedBy(carrier);
    const transport = carrier.upgradedTo ?? carrier.first;
    await page.waitForFunction((name) => window.client.connection.transport === name, transport);
  });

  test(`carries 1,000 events each way in order ${carrier.name}`, async (t) => {
    const server = await startOfficialServer(t);
    const page = await openPage(t);
    const received = [];
    const allReceived = new Promise((resolve) => {
      server.io.on("connection", (socket) => {
        // From the first moment on: with an upgrade they travel while it takes place.
        for (const number of numbers) socket.emit("down", number, { text: `event ${number}` });
        socket.on("up", (number) => received.push(number) === numbers.length && resolve());
      });
    });
    const got = await page.evaluate(exchange, [server.url, carrier.transports, numbers.length]);
    await allReceived;

    assert.deepEqual(got, numbers);
    assert.deepEqual(received, numbers);
    await server.assertCarriedBy(carrier);
  });
}

test("goes on by polling where WebSockets are refused", async (t) => {
  const server = await startOfficialServer(t, { transports: ["polling"] });
  const page = await openPage(t);
  await page.evaluate(connect, [server.url, ["websocket", "polling"]]);
  await server.assertCarriedBy(carriers.polling);
  assert.equal(await page.evaluate(() => window.client.connection.transport), "polling");
});

test("stays on polling where the upgrade fails half-way", async (t) => {
  const server = await startOfficialServer(t);
  // A proxy in between that cuts every WebSocket.
  server.http.prependListener("upgrade", (_request, socket) => socket.destroy());
  const page = await openPage(t);
  server.io.on("connection", (socket) => socket.on("echo", (text, answer) => answer(text)));
  await page.evaluate(connect, [server.url, ["polling", "websocket"]]);
  for (const text of ["one", "two", "three"]) {
    const answer = await page.evaluate((text) => window.client.emitAsync("echo", text), text);
    assert.equal(answer, text);
  }
  await server.assertCarriedBy(carriers.polling);
});

async function connect([url, transports]) {
  window.client = window.newClient(url, { transports });
  await window.client.connect();
}

async function exchange([url, transports, count]) {
  const client = window.newClient(url, { transports });
  const got = [];
  client.on("down", (number, { text }) => got.push(text === `event ${number}` ? number : text));
  await client.connect();
  for (let number = 0; number < count; number += 1) client.emit("up", number);
  await window.until(() => got.length >= count);
  return got;
}
