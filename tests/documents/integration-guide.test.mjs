// The examples of the integration guide that need no service but the client.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApp } from "./support/example.mjs";

test("a header shows the connection's status, and its quality", async (t) => {
  const { page, run } = await openApp(t);
  await run("integration-guide/connection-status");
  const status = page.locator("header [role=status][data-variant=header]");
  await status.getByText("Connected").waitFor();
  await page.waitForFunction(() =>
    /^Connected \((excellent|good|fair|poor)\)$/.test(
      document.querySelector("[role=status]").textContent,
    ),
  );
});

test("people are told at once whether there is a network, and when it goes and comes", async (t) => {
  const { page, run } = await openApp(t);
  await run("integration-guide/offline-detection");
  const shown = (count) =>
    page.evaluate(async (count) => {
      const { toasts } = await import("/prelude/given.js");
      while (toasts.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
      return [...toasts];
    }, count);
  assert.deepEqual(await shown(1), ["network"]);
  await page.context().setOffline(true);
  assert.deepEqual(await shown(2), ["network", "no network"]);
  await page.context().setOffline(false);
  assert.deepEqual(await shown(3), ["network", "no network", "network"]);
});
