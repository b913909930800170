import { memo } from "react";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import {
  getRealtimeIntegration,
  initializeRealtimeIntegration,
  RealtimeClient,
  realtimeClient,
  resetRealtimeIntegration,
} from "../../src/index.js";
import {
  type RealtimeContextValue,
  RealtimeProvider,
  useRealtimeContext,
  useRealtimeIntegration,
  useRealtimeRoom,
} from "../../src/react/index.js";
import { mount, probe } from "./render.js";
import { authenticated, connectedAs, newUser } from "./support.js";

const realtimeUrl = inject("serverUrl");

/** Signs a user in by one call, as the documents do; signed out when the test ends. */
function signIn(userId: string) {
  onTestFinished(() => {
    resetRealtimeIntegration();
    realtimeClient.destroy();
  });
  return initializeRealtimeIntegration({ userId, token: `user:${userId}`, realtimeUrl });
}

/** Somebody else, who has a room of their own to type in. */
async function somebody() {
  const userId = newUser("other");
  const client = await connectedAs(userId);
  const room = `room-of-${userId}`;
  await client.emitAsync("room:create", { roomName: room });
  await client.rooms.joinRoom(room);
  client.presence.initialize();
  return { userId, client, room };
}

describe("useRealtimeIntegration", () => {
  it("has no groups until the integration is set up, by whomever and whenever, and again after", async () => {
    const { seen, Probe } = probe(useRealtimeIntegration);
    mount(<Probe />, { strict: true });
    expect(seen.value).toMatchObject({ presence: null, typing: null, delivery: null, queue: null });
    expect(seen.value.isConnected).toBe(false);

    signIn(newUser());
    await vi.waitFor(() => expect(seen.value.isAuthenticated).toBe(true));
    const { presence, typing, delivery, queue } = seen.value;
    expect([presence, typing, delivery, queue]).not.toContain(null);
    expect(seen.value.status).toBe(getRealtimeIntegration().getStatus());

    resetRealtimeIntegration();
    await vi.waitFor(() => expect(seen.value.presence).toBeNull());
    expect(seen.value.isConnected).toBe(false);
  });

  it("gives the same groups and functions on every render", async () => {
    const { seen, Probe } = probe(useRealtimeIntegration);
    const tree = mount(<Probe />);
    signIn(newUser());
    await vi.waitFor(() => expect(seen.value.isAuthenticated).toBe(true));
    const { status: _, ...before } = seen.value;
    tree.rerender(<Probe />);
    const { status: __, ...after } = seen.value;
    expect(after).toEqual(before);
    expect(after.presence).toBe(before.presence);
    expect(after.reconnect).toBe(before.reconnect);
  });

  it("renders who reads a user's presence or a room's typing when these change, and nobody else", async () => {
    const other = await somebody();
    const reader = probe(() => {
      const { presence, typing } = useRealtimeIntegration();
      return [presence?.getPresence(other.userId)?.status, typing?.getTypingText(other.room)];
    });
    const bystander = probe(useRealtimeIntegration);
    mount(
      <>
        <reader.Probe />
        <bystander.Probe />
      </>,
    );
    const integration = signIn(newUser());
    await vi.waitFor(() => expect(bystander.seen.value.isAuthenticated).toBe(true));
    await integration.getRooms().joinRoom(other.room);
    bystander.seen.value.presence?.subscribeToUsers([other.userId]);
    await vi.waitFor(() => expect(reader.seen.value[0]).toBe("online"));
    await vi.waitFor(() => expect(integration.getStatus().connectionQuality).not.toBe("unknown"));

    const renders = bystander.seen.renders;
    other.client.presence.setStatus("busy");
    await vi.waitFor(() => expect(reader.seen.value[0]).toBe("busy"));
    other.client.typing.startTyping(other.room);
    await vi.waitFor(() => expect(reader.seen.value[1]).toMatch(/ is typing\.\.\.$/));
    other.client.typing.stopTyping(other.room);
    await vi.waitFor(() => expect(reader.seen.value[1]).toBeNull());
    expect(bystander.seen.renders).toBe(renders);
  });
});

describe("another user of an integration", () => {
  it("is in the rooms that hooks want", async () => {
    const [alice, bob] = [newUser("alice"), newUser("bob")];
    const { seen, Probe } = probe(() => useRealtimeRoom("general"));
    mount(<Probe />, { strict: true });
    signIn(alice);
    await vi.waitFor(() => expect(seen.value.isJoined).toBe(true));
    signIn(bob);
    await vi.waitFor(() => expect(realtimeClient.auth?.userId).toBe(bob));
    await vi.waitFor(() => expect(seen.value.isJoined).toBe(true));
  });

  it("has nothing of the one before, also after a reset", async () => {
    const integration = signIn(newUser("alice"));
    await authenticated(realtimeClient);
    await integration.getRooms().joinRoom("general");
    integration.getTyping().updatePrivacySettings({ typingVisibility: "contacts" });
    resetRealtimeIntegration();
    const bob = newUser("bob");
    signIn(bob);
    await vi.waitFor(() => expect(realtimeClient.auth?.userId).toBe(bob));
    const settings = await integration.getPresence().getPresenceSettings(bob);
    expect(settings).toMatchObject({ userId: bob, typingVisibility: "everyone" });
    expect(integration.getRooms().getJoinedRoomNames()).toEqual([]);
  });
});

describe("useRealtimeContext", () => {
  it("renders a memoized child for what it reads, whatever its parent renders for", async () => {
    const other = await somebody();
    const client = new RealtimeClient();
    onTestFinished(() => client.destroy());
    const Line = memo(({ context }: { context: RealtimeContextValue }) => (
      <p>{context.getTypingText(other.room)}</p>
    ));
    function Page({ title }: { title: string }) {
      return (
        <>
          {title}
          <Line context={useRealtimeContext()} />
        </>
      );
    }
    const user = newUser();
    const tree = (title: string) => (
      <RealtimeProvider client={client} serverUrl={realtimeUrl} userId={user}>
        <Page title={title} />
      </RealtimeProvider>
    );
    const { container, rerender } = mount(tree("one"));
    await authenticated(client);
    await client.rooms.joinRoom(other.room);
    await vi.waitFor(() => expect(client.rooms.getRoomMembers(other.room)).toHaveLength(2));
    rerender(tree("two"));
    rerender(tree("three"));
    other.client.typing.startTyping(other.room);
    await vi.waitFor(() => expect(container.textContent).toMatch(/ is typing\.\.\.$/));
  });

  it("has presence and typing, and renders for what of them it reads", async () => {
    const other = await somebody();
    const client = new RealtimeClient();
    onTestFinished(() => client.destroy());
    const { seen, Probe } = probe(() => {
      const context = useRealtimeContext();
      return {
        context,
        status: context.getPresence(other.userId)?.status,
        text: context.getTypingText(other.room),
      };
    });
    const user = newUser();
    mount(
      <RealtimeProvider client={client} serverUrl={realtimeUrl} userId={user}>
        <Probe />
      </RealtimeProvider>,
    );
    await authenticated(client);
    await seen.value.context.joinRoom(other.room);
    seen.value.context.subscribeToPresence([other.userId]);
    await vi.waitFor(() => expect(seen.value.status).toBe("online"));
    other.client.typing.startTyping(other.room);
    await vi.waitFor(() => expect(seen.value.text).not.toBeNull());
    expect(seen.value.context.getTypingUsers(other.room)).toHaveLength(1);

    other.client.presence.subscribeToUsers([user]);
    const sees = (status: string) =>
      vi.waitFor(() => expect(other.client.presence.getPresence(user)?.status).toBe(status));
    await sees("online");
    seen.value.context.setPresenceStatus("busy");
    await sees("busy");
    await vi.waitFor(() => expect(seen.value.context.presenceStatus).toBe("busy"));
    seen.value.context.setCustomStatus({ text: "at lunch" });
    await vi.waitFor(() => expect(seen.value.context.customStatus?.text).toBe("at lunch"));
  });

  it("has both again after disconnect and connect", async () => {
    const other = await somebody();
    const client = new RealtimeClient();
    onTestFinished(() => client.destroy());
    const { seen, Probe } = probe(() => {
      const context = useRealtimeContext();
      const status = context.getPresence(other.userId)?.status;
      return { context, status, typers: context.getTypingUsers(other.room).length };
    });
    const user = newUser();
    mount(
      <RealtimeProvider client={client} serverUrl={realtimeUrl} userId={user}>
        <Probe />
      </RealtimeProvider>,
    );
    await authenticated(client);
    await seen.value.context.joinRoom(other.room);
    seen.value.context.subscribeToPresence([other.userId]);
    await vi.waitFor(() => expect(seen.value.status).toBe("online"));
    seen.value.context.disconnect();
    other.client.presence.setStatus("busy");
    await seen.value.context.connect();
    await vi.waitFor(() => expect(seen.value.status).toBe("busy"));
    other.client.typing.startTyping(other.room);
    await vi.waitFor(() => expect(seen.value.typers).toBe(1));
    seen.value.context.startTyping(other.room);
    await vi.waitFor(() => expect(other.client.typing.hasTypingUsers(other.room)).toBe(true));
  });

  it("tells nothing of who is there and types with these switched off", async () => {
    const other = await somebody();
    const client = new RealtimeClient();
    onTestFinished(() => client.destroy());
    const { seen, Probe } = probe(useRealtimeContext);
    const user = newUser();
    mount(
      <RealtimeProvider
        client={client}
        serverUrl={realtimeUrl}
        userId={user}
        enablePresence={false}
        enableTyping={false}
      >
        <Probe />
      </RealtimeProvider>,
    );
    await authenticated(client);
    await seen.value.joinRoom(other.room);
    seen.value.setPresenceStatus("busy");
    seen.value.startTyping(other.room);
    seen.value.handleTypingInput(other.room, "hello");
    await seen.value.sendMessage(other.room, "a message");
    await vi.waitFor(() =>
      expect(other.client.getSnapshot(`timeline:${other.room}`)).toHaveLength(1),
    );
    expect(other.client.typing.getTypingUsers(other.room)).toEqual([]);
    expect(seen.value.presenceStatus).toBe("online");
  });
});
