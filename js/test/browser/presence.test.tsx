import { describe, expect, it, vi } from "vitest";
import { RealtimeProvider, useUserOnlineStatus, useUserPresence } from "../../src/react/index.js";
import { mount, probe } from "./render.js";
import { connectedAs, newClient, newUser } from "./support.js";

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
