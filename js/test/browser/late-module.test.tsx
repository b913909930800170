import { expect, inject, it, vi } from "vitest";
import { RealtimeProvider, useMessages } from "../../src/react/index.js";
import { mount, probe } from "./render.js";
import { authenticated, newClient, newUser } from "./support.js";

// The only test of this file: afterwards the module is there for good.
it("connects, joins and sends as soon as the module can be loaded, where at first it could not", async () => {
  const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValueOnce(new TypeError("no network"));
  const client = newClient();
  const errors = vi.fn();
  client.onError(errors);
  const { seen, Probe } = probe(() => useMessages("general"));
  mount(
    <RealtimeProvider client={client} serverUrl={inject("serverUrl")} userId={newUser()}>
      <Probe />
    </RealtimeProvider>,
    { strict: true },
  );
  await vi.waitFor(() => expect(client.connection.error?.code).toBe("INIT_FAILED"));
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(errors).toHaveBeenCalledTimes(1);
  window.dispatchEvent(new Event("online"));
  await authenticated(client);
  await vi.waitFor(() => expect(client.rooms.isInRoom("general")).toBe(true));
  await expect(seen.value.send("it works")).resolves.toHaveProperty("messageId");
});
