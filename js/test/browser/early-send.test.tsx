import { expect, inject, it, vi } from "vitest";
import { isInitialized } from "../../src/index.js";
import { RealtimeProvider, useMessages } from "../../src/react/index.js";
import { mount, probe } from "./render.js";
import { newClient, newUser } from "./support.js";

// The only test of this file: afterwards the module is there for good.
it("sends what is written in a room while the module is loading", async () => {
  const fetchNow = globalThis.fetch;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  vi.spyOn(globalThis, "fetch").mockImplementationOnce(async (...request) => {
    await gate;
    return fetchNow(...request);
  });
  const client = newClient();
  const { seen, Probe } = probe(() => useMessages("general"));
  mount(
    <RealtimeProvider client={client} serverUrl={inject("serverUrl")} userId={newUser()}>
      <Probe />
    </RealtimeProvider>,
  );
  await new Promise((resolve) => setTimeout(resolve));
  expect(isInitialized()).toBe(false);
  const sent = seen.value.send("written early");
  open();
  await expect(sent).resolves.toHaveProperty("messageId");
});
