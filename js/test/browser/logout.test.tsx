import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { RealtimeClient } from "../../src/index.js";
import { RealtimeProvider, useMessages } from "../../src/react/index.js";
import { mount, probe } from "./render.js";
import { authenticated, newUser } from "./support.js";

const serverUrl = inject("serverUrl");

/** What the browser has stored for a user. */
async function storedOf(user: string): Promise<string[]> {
  const databases = await indexedDB.databases();
  const names = databases.map(({ name }) => name ?? "");
  return [...names, ...Object.keys(localStorage)].filter((name) => name.includes(user));
}

/** A signed-in user with messages and a queue in the browser, under StrictMode or not. */
async function signedIn(strict: boolean) {
  const client = new RealtimeClient();
  onTestFinished(() => client.destroy());
  const alice = newUser("alice");
  const hook = probe(() => useMessages("general").messages);
  const tree = (userId?: string) => (
    <RealtimeProvider client={client} serverUrl={serverUrl} userId={userId}>
      <hook.Probe />
    </RealtimeProvider>
  );
  const { rerender } = mount(tree(alice), { strict });
  await authenticated(client);
  await client.rooms.joinRoom("general");
  await client.rooms.sendMessage("general", `sent by ${alice}`);
  client.disconnect();
  client.queue.queueMessage({ channelId: "general", content: `queued by ${alice}` });
  const persisted = () => client.queue.getQueuedMessages()[0]?.persisted;
  await vi.waitFor(() => expect(persisted()).toBe(true));
  expect(await storedOf(alice)).not.toEqual([]);
  const setUser = (userId?: string) => rerender(tree(userId));
  return { client, alice, hook, setUser };
}

describe.each([
  ["", false],
  [" under StrictMode", true],
])("logging out in React, with the user unset at once%s", (_, strict) => {
  it("leaves nothing of the user in the browser", async () => {
    const { client, alice, hook, setUser } = await signedIn(strict);
    const out = client.logout();
    setUser(undefined);
    await out;
    expect(await storedOf(alice)).toEqual([]);
    expect(hook.seen.value).toEqual([]);
    expect(client.state).toBe("disconnected");
  });

  it("lets another user begin at once, with nothing of the one", async () => {
    const { client, alice, hook, setUser } = await signedIn(strict);
    const bob = newUser("bob");
    const out = client.logout();
    setUser(bob);
    await authenticated(client);
    expect(client.auth?.userId).toBe(bob);
    const { id } = client.queue.queueMessage({ channelId: "general", content: `from ${bob}` });
    await out;
    expect(await storedOf(alice)).toEqual([]);
    await client.rooms.joinRoom("general");
    await vi.waitFor(() => expect(client.queue.isEmpty()).toBe(true));
    expect(client.auth?.userId).toBe(bob);
    expect(await storedOf(bob)).not.toEqual([]);
    const texts = hook.seen.value.map(({ content }) => content);
    expect(texts).not.toContain(`queued by ${alice}`);
    const sent = hook.seen.value.find(({ clientMessageId }) => clientMessageId === id);
    expect(sent).toMatchObject({ userId: bob });
    expect(client.state).toBe("authenticated");
  });
});
