// The example of the plugin's summary: the official client on our server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApp } from "./support/example.mjs";

test("the official client is told its id, joins, sends, and hears the message", async (t) => {
  const { page, run } = await openApp(t, { address: "localhost:3101" });
  await run("plugin-summary/official-client");
  const result = await page.evaluate(async () => {
    const { hasJoined, content, isThatSocket } = window.example;
    return { hasJoined, content, isThatSocket: await isThatSocket };
  });
  assert.deepEqual(result, {
    hasJoined: true,
    content: "said with the official client",
    isThatSocket: true,
  });
});
