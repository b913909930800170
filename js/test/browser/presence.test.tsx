import { describe, expect, it, onTestFinished, vi } from "vitest";
import { hostOf } from "../../src/client-host.js";
import type { RealtimeClient } from "../../src/index.js";
import {
  RealtimeProvider,
  usePresenceSettings,
  useRealtimePresence,
  useUserOnlineStatus,
  useUserPresence,
} from "../../src/react/index.js";
import { mount, probe } from "./render.js";
import { authenticated, connectedAs, newClient, newUser } from "./support.js";

async function two() {
  const ids = { alice: newUser("alice"), bob: newUser("bob") };
  const [alice, bob] = [await connectedAs(ids.alice), await connectedAs(ids.bob)];
  return { alice, bob, ids };
}

describe("PresenceService", () => {
  it("shows another user's status and custom status as they change", async () => {
    const { alice, bob, ids } = await two();
    const told: string[] = [];
    bob.presence.onPresenceChange(({ status }) => told.push(status));
    bob.presence.subscribeToUsers([ids.alice]);
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("online"));
    alice.presence.setStatus("busy");
    alice.presence.setCustomStatus({ text: "In a meeting", emoji: "📅" });
    await vi.waitFor(() =>
      expect(bob.presence.getPresence(ids.alice)).toMatchObject({
        userId: ids.alice,
        status: "busy",
        customStatus: { text: "In a meeting", emoji: "📅" },
      }),
    );
    expect(alice.presence.getStatus()).toBe("busy");
    expect(told.at(-1)).toBe("busy");
    alice.presence.clearCustomStatus();
    await vi.waitFor(() =>
      expect(bob.presence.getPresence(ids.alice)?.customStatus).toBeUndefined(),
    );
  });

  it("keeps who is wanted without a connection, and what was chosen", async () => {
    const ids = { alice: newUser("alice"), bob: newUser("bob") };
    const bob = newClient();
    bob.presence.subscribeToUsers([ids.alice]);
    bob.presence.setStatus("away");
    expect(bob.presence.getSubscribedUserIds()).toEqual([ids.alice]);
    expect(bob.presence.getStatus()).toBe("away");
    const alice = await connectedAs(ids.alice);
    alice.presence.subscribeToUsers([ids.bob]);
    await bob.connect(`user:${ids.bob}`);
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("online"));
    await vi.waitFor(() => expect(alice.presence.getPresence(ids.bob)?.status).toBe("away"));
  });

  it("is away where nothing is done, and back with the next key", async () => {
    const { alice, bob, ids } = await two();
    alice.presence.configure({ idleTimeout: 300 });
    alice.presence.initialize();
    bob.presence.subscribeToUsers([ids.alice]);
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("away"));
    expect(alice.presence.getStatus()).toBe("away");
    alice.presence.configure({ idleTimeout: 60_000 });
    window.dispatchEvent(new KeyboardEvent("keydown"));
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("online"));
  });

  it("asks how users are, in order, and answers what is known where nobody answers", async () => {
    const { alice, bob, ids } = await two();
    const found = await bob.presence.fetchPresence([ids.alice, "nobody"]);
    expect([...found.values()].map(({ status }) => status)).toEqual(["online", "offline"]);
    bob.disconnect();
    expect((await bob.presence.fetchPresence([ids.alice])).get(ids.alice)?.status).toBe("online");
    alice.disconnect();
  });

  it("gives a room by parts, with counts, without a subscription", async () => {
    const { alice, bob, ids } = await two();
    const room = newUser("room");
    await alice.emitAsync("room:create", { roomName: room });
    await bob.rooms.joinRoom(room);
    await alice.rooms.joinRoom(room);
    const first = await bob.presence.getPresenceWindow(room, { limit: 1 });
    expect(first).toMatchObject({ offset: 0, total: 2, counts: { online: 2, offline: 0 } });
    expect(first.presences).toMatchObject([{ userId: ids.alice, status: "online" }]);
    const [second] = (await bob.presence.getPresenceWindow(room, { offset: 1 })).presences;
    expect(second?.userId).toBe(ids.bob);
    expect(bob.presence.getSubscribedUserIds()).toEqual([]);
  });

  it("is on every page of the user what was chosen on one", async () => {
    const { alice, ids } = await two();
    alice.presence.setStatus("busy");
    alice.presence.setCustomStatus({ text: "Gym" });
    const other = await connectedAs(ids.alice);
    other.presence.initialize();
    await vi.waitFor(() => expect(other.presence.getStatus()).toBe("busy"));
    expect(other.presence.getCustomStatus()?.text).toBe("Gym");
    other.presence.setStatus("online");
    await vi.waitFor(() => expect(alice.presence.getStatus()).toBe("online"));
  });

  it("refuses a status that there is not", async () => {
    const { alice } = await two();
    expect(() => alice.presence.setStatus("asleep" as never)).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR" }),
    );
  });
});

describe("the hooks of presence", () => {
  it("render again with their user only, and never change one's own status", async () => {
    const { alice, bob, ids } = await two();
    bob.presence.setStatus("away");
    const user = probe(() => useUserPresence(ids.alice));
    const isThere = probe(() => useUserOnlineStatus(ids.alice));
    const nobody = probe(() => useUserPresence("nobody"));
    mount(
      <RealtimeProvider client={bob} userId={ids.bob} autoConnect={false}>
        <user.Probe />
        <isThere.Probe />
        <nobody.Probe />
      </RealtimeProvider>,
    );
    await vi.waitFor(() => expect(user.seen.value?.status).toBe("online"));
    await vi.waitFor(() => expect(nobody.seen.value?.status).toBe("offline"));
    const before = [user.seen.renders, isThere.seen.renders, nobody.seen.renders];
    alice.presence.setStatus("busy");
    await vi.waitFor(() => expect(user.seen.value?.status).toBe("busy"));
    const after = [user.seen.renders, isThere.seen.renders, nobody.seen.renders];
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 0, 0]);
    expect(bob.presence.getStatus()).toBe("away");
  });

  it.each(["", undefined, null, 5, "x".repeat(300)])(
    "show others where one component does not know whom yet: %j",
    async (unknown) => {
      const ids = { alice: newUser("alice"), bob: newUser("bob") };
      const alice = await connectedAs(ids.alice);
      alice.presence.initialize();
      const bob = newClient();
      const nobody = probe(() => useUserPresence(unknown as string));
      const user = probe(() => useUserPresence(ids.alice));
      mount(
        <RealtimeProvider client={bob} userId={ids.bob}>
          <nobody.Probe />
          <user.Probe />
        </RealtimeProvider>,
      );
      await vi.waitFor(() => expect(user.seen.value?.status).toBe("online"), { timeout: 10_000 });
      expect(nobody.seen.value).toBeUndefined();
    },
  );

  it("count how many components want a user", async () => {
    const { bob, ids } = await two();
    const [one, other] = [
      probe(() => useUserPresence(ids.alice)),
      probe(() => useUserPresence(ids.alice)),
    ];
    const mounted = [one, other].map(({ Probe }) =>
      mount(
        <RealtimeProvider client={bob} userId={ids.bob} autoConnect={false}>
          <Probe />
        </RealtimeProvider>,
        { strict: true },
      ),
    );
    await vi.waitFor(() => expect(other.seen.value?.status).toBe("online"));
    mounted[0]?.unmount();
    expect(bob.presence.getSubscribedUserIds()).toEqual([ids.alice]);
    expect(bob.presence.getPresence(ids.alice)?.status).toBe("online");
    mounted[1]?.unmount();
    expect(bob.presence.getSubscribedUserIds()).toEqual([]);
  });
});

describe("who may see whom", () => {
  it("keeps an invisible user from others, and nothing of it is seen here", async () => {
    const { alice, bob, ids } = await two();
    bob.presence.subscribeToUsers([ids.alice]);
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("online"));
    alice.presence.setCurrentUserId(ids.alice);
    expect(await alice.presence.setInvisibleMode(true)).toBe(true);
    expect(alice.presence.isInvisibleModeEnabled()).toBe(true);
    // As one whose connection ended: only after a while, which might have been a reload.
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("offline"), {
      timeout: 10_000,
    });
    expect(await alice.presence.setInvisibleMode(false)).toBe(true);
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("online"));
  });

  it("lets contacts see what others may not, from the target's side", async () => {
    const { alice, bob, ids } = await two();
    bob.presence.subscribeToUsers([ids.alice]);
    await alice.presence.updatePresenceSettings(ids.alice, { visibility: "contacts" });
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("offline"));
    await bob.presence.addContact(ids.alice);
    expect(bob.presence.isUserContact(ids.alice)).toBe(true);
    expect(bob.presence.getPresence(ids.alice)?.status).toBe("offline");
    await alice.presence.addContact(ids.bob);
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("online"));
    await alice.presence.blockUser(ids.bob);
    expect(await alice.presence.getBlockedUsers()).toEqual([ids.bob]);
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("offline"));
    await alice.presence.unblockUser(ids.bob);
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("online"));
  });

  it("changes one setting and no other, on all of the user's devices", async () => {
    const { alice, ids } = await two();
    const phone = await connectedAs(ids.alice);
    const hook = probe(() => usePresenceSettings());
    mount(
      <RealtimeProvider client={phone} userId={ids.alice} autoConnect={false}>
        <hook.Probe />
      </RealtimeProvider>,
    );
    await vi.waitFor(() => expect(hook.seen.value.settings?.visibility).toBe("everyone"));
    await alice.presence.updatePresenceSettings(ids.alice, { visibility: "nobody" });
    await vi.waitFor(() => expect(hook.seen.value.settings?.visibility).toBe("nobody"));
    expect(await hook.seen.value.setShowLastSeen(false)).toBe(true);
    await vi.waitFor(() =>
      expect(hook.seen.value).toMatchObject({
        settings: { visibility: "nobody", showLastSeen: false, showOnlineStatus: true },
        isLoading: false,
        error: null,
      }),
    );
    phone.disconnect();
    expect(await hook.seen.value.setInvisibleMode(true)).toBe(false);
    await vi.waitFor(() => expect(hook.seen.value.error).toBeTruthy());
  });
});

describe("whether reading is told", () => {
  const isTold = async (client: RealtimeClient) =>
    (await client.emitAsync("presence:settings:get")).allowReadReceipts;

  it("stays as another device has set it since, over reconnects", async () => {
    const user = newUser();
    const [laptop, phone] = [await connectedAs(user), await connectedAs(user)];
    await laptop.presence.changeSettings({ allowReadReceipts: true });
    await phone.presence.changeSettings({ allowReadReceipts: false });
    await laptop.reconnect();
    await authenticated(laptop);
    await laptop.rooms.joinRoom("general");
    await laptop.rooms.sendMessage("general", "all that waits to be told is told before this");
    expect(await isTold(phone)).toBe(false);
  });

  it("is not what the user before had set", async () => {
    const [alice, bob] = [newUser("alice"), newUser("bob")];
    const client = newClient();
    const tree = (userId: string) => <RealtimeProvider client={client} userId={userId} />;
    const { rerender } = mount(tree(alice));
    await authenticated(client);
    await client.presence.changeSettings({ allowReadReceipts: false });
    rerender(tree(bob));
    await vi.waitFor(() => expect(client.auth?.userId).toBe(bob));
    await client.rooms.joinRoom("general");
    await client.rooms.sendMessage("general", "all that waits to be told is told before this");
    expect(await isTold(client)).toBe(true);
  });
});

describe("usePresenceSettings", () => {
  it("says why the settings could not be read by themselves, until they are", async () => {
    const { alice, ids } = await two();
    const answers = [503];
    vi.stubGlobal("fetch", async () => {
      const status = answers.shift();
      const data = { nchat_presence_settings_by_pk: null };
      return status ? new Response("", { status }) : Response.json({ data });
    });
    onTestFinished(() => {
      vi.unstubAllGlobals();
    });
    alice.presence.configure({ graphqlEndpoint: "https://api.test" });
    const hook = probe(() => usePresenceSettings());
    mount(
      <RealtimeProvider client={alice} userId={ids.alice} autoConnect={false}>
        <hook.Probe />
      </RealtimeProvider>,
    );
    await vi.waitFor(() => expect(hook.seen.value.error).toMatch(/endpoint gave no answer/));
    expect(hook.seen.value).toMatchObject({ settings: null, isLoading: false });
    expect(await hook.seen.value.refresh()).toBe(true);
    await vi.waitFor(() => expect(hook.seen.value.error).toBeNull());
    expect(hook.seen.value.settings?.visibility).toBe("everyone");
  });

  it("is loading while the settings are read for the first time", async () => {
    const user = newUser();
    const client = newClient();
    const states: [isLoading: boolean, isKnown: boolean][] = [];
    const hook = probe(() => {
      const { settings, isLoading } = usePresenceSettings();
      states.push([isLoading, settings !== null]);
      return settings;
    });
    mount(
      <RealtimeProvider client={client} userId={user}>
        <hook.Probe />
      </RealtimeProvider>,
    );
    await vi.waitFor(() => expect(states.at(-1)).toEqual([false, true]));
    expect(states[0]).toEqual([false, false]);
    expect(states[1]).toEqual([true, false]);
  });
});

describe("useRealtimePresence", () => {
  it("gives the next user the initial status too, whatever the one before had chosen", async () => {
    const [alice, bob] = [newUser("alice"), newUser("bob")];
    const client = newClient();
    const hook = probe(() => useRealtimePresence({ initialStatus: "busy" }));
    const tree = (userId: string) => (
      <RealtimeProvider client={client} userId={userId}>
        <hook.Probe />
      </RealtimeProvider>
    );
    const { rerender } = mount(tree(alice));
    await vi.waitFor(() => expect(client.auth?.userId).toBe(alice));
    hook.seen.value.setStatus("away");
    await vi.waitFor(() => expect(hook.seen.value.status).toBe("away"));
    const watcher = await connectedAs(newUser("watcher"));
    watcher.presence.subscribeToUsers([bob]);
    rerender(tree(bob));
    await vi.waitFor(() => expect(client.auth?.userId).toBe(bob));
    await vi.waitFor(() => expect(watcher.presence.getPresence(bob)?.status).toBe("busy"));
    expect(hook.seen.value.status).toBe("busy");
  });

  it("tells nothing of this user below a provider that has presence switched off", async () => {
    const ids = { alice: newUser("alice"), bob: newUser("bob") };
    const client = newClient();
    const sent = vi.spyOn(WebSocket.prototype, "send");
    const hook = probe(() => useRealtimePresence({ userIds: [ids.bob], initialStatus: "away" }));
    const tree = (enablePresence: boolean) => (
      <RealtimeProvider client={client} userId={ids.alice} enablePresence={enablePresence}>
        <hook.Probe />
      </RealtimeProvider>
    );
    const { rerender } = mount(tree(false));
    await authenticated(client);
    hook.seen.value.setStatus("busy");
    hook.seen.value.setCustomStatus({ text: "Lunch" });
    hook.seen.value.clearCustomStatus();
    const bob = await connectedAs(ids.bob);
    await vi.waitFor(() => expect(hook.seen.value.presences.get(ids.bob)?.status).toBe("online"));
    const told = () =>
      sent.mock.calls.filter(([data]) => /"presence:(update|heartbeat)"/.test(String(data)));
    expect(told()).toEqual([]);
    expect(hook.seen.value).toMatchObject({ status: "online", customStatus: null });
    expect(hostOf(client).presence.hasChosen).toBe(false);

    bob.presence.subscribeToUsers([ids.alice]);
    rerender(tree(true));
    await vi.waitFor(() => expect(bob.presence.getPresence(ids.alice)?.status).toBe("away"));
  });

  it("tells nothing of this user once it is gone and the provider has presence switched off", async () => {
    const alice = newUser("alice");
    const client = newClient();
    const hook = probe(() => useRealtimePresence());
    const tree = (enablePresence: boolean, isThere: boolean) => (
      <RealtimeProvider client={client} userId={alice} enablePresence={enablePresence}>
        {isThere ? <hook.Probe /> : null}
      </RealtimeProvider>
    );
    const { rerender } = mount(tree(true, true));
    await authenticated(client);
    rerender(tree(true, false));
    rerender(tree(false, false));
    const sent = vi.spyOn(WebSocket.prototype, "send");
    await client.reconnect();
    await authenticated(client);
    await client.emitAsync("ping", {});
    const told = sent.mock.calls.filter(([data]) =>
      /"presence:(update|heartbeat)"/.test(String(data)),
    );
    expect(told).toEqual([]);
  });

  it("wants nobody anew for a list written inline again", async () => {
    const { bob, ids } = await two();
    const hook = probe(() => useRealtimePresence({ userIds: [ids.alice] }));
    const tree = () => (
      <RealtimeProvider client={bob} userId={ids.bob} autoConnect={false}>
        <hook.Probe />
      </RealtimeProvider>
    );
    const { rerender } = mount(tree());
    const { presence } = hostOf(bob);
    const changes = [vi.spyOn(presence, "want"), vi.spyOn(presence, "unwant")];
    for (let render = 0; render < 20; render += 1) rerender(tree());
    for (const change of changes) expect(change).not.toHaveBeenCalled();
    expect(bob.presence.getSubscribedUserIds()).toEqual([ids.alice]);
  });

  it("has one user's presence, in the documents' form", async () => {
    const { bob, ids } = await two();
    const hook = probe(() => useRealtimePresence(ids.alice));
    mount(
      <RealtimeProvider client={bob} userId={ids.bob} autoConnect={false}>
        <hook.Probe />
      </RealtimeProvider>,
    );
    expect(hook.seen.value).toEqual({ presence: undefined, isLoading: true });
    await vi.waitFor(() => expect(hook.seen.value.presence?.status).toBe("online"));
    expect(hook.seen.value.isLoading).toBe(false);
  });

  it("has one's own and all others', and chooses nothing but what it is given", async () => {
    const { alice, bob, ids } = await two();
    const hook = probe(() => useRealtimePresence({ userIds: [ids.alice], initialStatus: "busy" }));
    mount(
      <RealtimeProvider client={bob} userId={ids.bob} autoConnect={false}>
        <hook.Probe />
      </RealtimeProvider>,
    );
    await vi.waitFor(() => expect(hook.seen.value.status).toBe("busy"));
    await vi.waitFor(() =>
      expect(hook.seen.value.filteredPresences.get(ids.alice)?.status).toBe("online"),
    );
    expect(hook.seen.value.presences.get(ids.alice)?.status).toBe("online");
    hook.seen.value.setStatus("away");
    hook.seen.value.setCustomStatus({ text: "Lunch" });
    await vi.waitFor(() => expect(hook.seen.value.customStatus?.text).toBe("Lunch"));
    expect(hook.seen.value.status).toBe("away");
    expect(await hook.seen.value.setInvisibleMode(true)).toBe(true);
    await vi.waitFor(() => expect(hook.seen.value.isInvisible).toBe(true));
    alice.disconnect();
    await vi.waitFor(
      () => expect(hook.seen.value.presences.get(ids.alice)?.status).toBe("offline"),
      { timeout: 10_000 },
    );
    const actions = Object.entries(hook.seen.value).filter(([, it]) => typeof it === "function");
    hook.seen.value.clearCustomStatus();
    await vi.waitFor(() => expect(hook.seen.value.customStatus).toBeNull());
    for (const [name, action] of actions) {
      expect(hook.seen.value[name as "setStatus"]).toBe(action);
    }
  });
});
