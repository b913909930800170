import { describe, expect, it, onTestFinished, vi } from "vitest";
import { hostOf } from "../../src/client-host.js";
import type { RealtimeClient } from "../../src/index.js";
import {
  RealtimeProvider,
  useDMTyping,
  useRealtimeTyping,
  useThreadTyping,
  useTypingIndicatorDisplay,
} from "../../src/react/index.js";
import { mount, probe } from "./render.js";
import { authenticated, connectedAs, newUser } from "./support.js";

/** Two users in a room of their own. */
async function two() {
  const room = newUser("room");
  const [alice, bob] = [newUser("alice"), newUser("bob")];
  const clients = [await connectedAs(alice), await connectedAs(bob)] as const;
  await clients[0].emitAsync("room:create", { roomName: room });
  for (const client of clients) await client.rooms.joinRoom(room);
  return { room, alice: clients[0], bob: clients[1], ids: { alice, bob } };
}

const typersOf = (client: RealtimeClient, room: string, thread?: string) =>
  client.typing.getTypingUsers(room, thread).map(({ userId }) => userId);

describe("TypingService", () => {
  it("shows who types at once, and no longer once their message is there", async () => {
    const { room, alice, bob, ids } = await two();
    alice.typing.startTyping(room);
    await vi.waitFor(() => expect(typersOf(bob, room)).toEqual([ids.alice]));
    expect(typersOf(alice, room)).toEqual([]);
    expect(bob.typing.getTypingText(room)).toMatch(/ is typing\.\.\.$/);
    expect(bob.typing.getActiveTypingRooms()).toEqual([`channel:${room}`]);

    const together: [text: string, typing: boolean][] = [];
    bob.subscribe(`timeline:${room}`, () => {
      const text = bob.getSnapshot(`timeline:${room}`).at(-1)?.content;
      together.push([String(text), bob.typing.hasTypingUsers(room)]);
    });
    await alice.rooms.sendMessage(room, "hi");
    await vi.waitFor(() => expect(together).toEqual([["hi", false]]));
  });

  it("ends by itself after the time-out, and at once with stopTyping", async () => {
    const { room, alice, bob } = await two();
    alice.typing.configure({ typingTimeout: 400 });
    alice.typing.handleInputChange(room, "h");
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(true));
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(false));
    expect(alice.typing.isTyping).toBe(false);
    alice.typing.handleInputChange(room, "he");
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(true));
    alice.typing.handleInputChange(room, "  ");
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(false));
  });

  it("keeps what one user set without a connection out of the next one's account", async () => {
    const client = await connectedAs(newUser("alice"));
    client.disconnect();
    client.typing.updatePrivacySettings({ typingVisibility: "nobody", broadcastTyping: false });
    await client.connect(`user:${newUser("bob")}`);
    await authenticated(client);
    await client.rooms.joinRoom("general");
    await client.rooms.sendMessage("general", "all that waits to be told is told before this");
    expect(await client.emitAsync("presence:settings:get")).toMatchObject({
      typingVisibility: "everyone",
      broadcastTyping: true,
    });
    expect(client.typing.privacySettings.typingVisibility).toBe("everyone");
  });

  it("tells nobody with broadcastTyping off, and takes back what is shown", async () => {
    const { room, alice, bob } = await two();
    alice.typing.startTyping(room);
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(true));
    alice.typing.updatePrivacySettings({ broadcastTyping: false });
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(false));
  });

  it("ends with the connection of who types", async () => {
    const { room, alice, bob } = await two();
    alice.typing.startTyping(room);
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(true));
    alice.disconnect();
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(false));
  });
});

describe("the hooks of typing", () => {
  it("render again with who types in their place, and for nothing else", async () => {
    const { room, alice, bob, ids } = await two();
    const here = probe(() => useTypingIndicatorDisplay(room));
    const thread = probe(() => useTypingIndicatorDisplay(room, "thread", "t1"));
    const other = probe(() => useTypingIndicatorDisplay("elsewhere"));
    mount(
      <RealtimeProvider client={bob} userId={ids.bob} autoConnect={false}>
        <here.Probe />
        <thread.Probe />
        <other.Probe />
      </RealtimeProvider>,
    );
    alice.typing.startTyping(room);
    await vi.waitFor(() => expect(here.seen.value.typingCount).toBe(1));
    expect(here.seen.value.hasTyping).toBe(true);
    await alice.rooms.sendMessage(room, "hi");
    await vi.waitFor(() => expect(here.seen.value.typingText).toBeNull());
    expect([here.seen.renders, thread.seen.renders, other.seen.renders]).toEqual([3, 1, 1]);
    alice.typing.startTypingInThread(room, "t1");
    await vi.waitFor(() => expect(thread.seen.value.typingCount).toBe(1));
    expect([here.seen.renders, other.seen.renders]).toEqual([3, 1]);
  });

  it("tell what an input field holds, in both signatures, and stop with the component", async () => {
    const { room, alice, bob, ids } = await two();
    const short = probe(() => useRealtimeTyping(room));
    const tree = mount(
      <RealtimeProvider client={alice} userId={ids.alice} autoConnect={false}>
        <short.Probe />
      </RealtimeProvider>,
    );
    short.seen.value.handleInputChange("Hello");
    await vi.waitFor(() => expect(short.seen.value.isTyping).toBe(true));
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(true));
    short.seen.value.handleMessageSend();
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(false));
    short.seen.value.startTyping();
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(true));
    tree.unmount();
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(false));
  });

  it("tell nothing below a provider that has typing switched off, and end what was told before", async () => {
    const { room, alice, bob, ids } = await two();
    const hooks = [
      probe(() => useRealtimeTyping(room)),
      probe(() => useRealtimeTyping({ roomName: room, enabled: true })),
      probe(() => useThreadTyping(room, "t1")),
      probe(() => useDMTyping(room, ids.bob)),
    ];
    const tree = (enableTyping: boolean) => (
      <RealtimeProvider client={alice} userId={ids.alice} autoConnect={false} {...{ enableTyping }}>
        {hooks.map(({ Probe }, index) => (
          <Probe key={String(index)} />
        ))}
      </RealtimeProvider>
    );
    const { rerender } = mount(tree(true));
    hooks[0]?.seen.value.startTyping();
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(true));
    rerender(tree(false));
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(room)).toBe(false));

    const shown: boolean[] = [];
    bob.subscribe(`typing:${room}`, () => shown.push(bob.typing.hasTypingUsers(room)));
    for (const { seen } of hooks) {
      seen.value.startTyping();
      seen.value.handleInputChange("hello");
    }
    expect(alice.typing.currentContext).toBeNull();
    await alice.rooms.sendMessage(room, "hello");
    await vi.waitFor(() => expect(bob.getSnapshot(`timeline:${room}`)).toHaveLength(1));
    expect(shown).not.toContain(true);
  });

  it("leave the tree alone where the engine has crashed", async () => {
    const { room, alice, ids } = await two();
    const uncaught = vi.fn((event: ErrorEvent) => event.preventDefault());
    window.addEventListener("error", uncaught);
    onTestFinished(() => window.removeEventListener("error", uncaught));
    const hook = probe(() => useRealtimeTyping({ roomName: room, debounceInterval: 50 }));
    const tree = (isThere: boolean) => (
      <RealtimeProvider client={alice} userId={ids.alice}>
        {isThere ? <hook.Probe /> : null}
      </RealtimeProvider>
    );
    const { rerender, unmount } = mount(tree(true));
    const crash = () => {
      const trap = () => {
        throw new WebAssembly.RuntimeError("unreachable");
      };
      expect(() => hostOf(alice).call(trap)).toThrow("recover()");
    };
    crash();
    window.dispatchEvent(new Event("blur"));
    rerender(tree(false));
    rerender(tree(true));
    expect(() => hook.seen.value.stopTyping()).toThrow("recover()");
    const configured = vi.spyOn(alice.typing, "configure");
    alice.recover();
    const config = expect.objectContaining({ debounceInterval: 50 });
    await vi.waitFor(() => expect(configured).toHaveBeenCalledWith(config));
    crash();
    unmount();
    await new Promise((resolve) => setTimeout(resolve));
    expect(uncaught).not.toHaveBeenCalled();
  });

  it("keep a thread, a direct conversation and a channel apart", async () => {
    const { room, alice, ids } = await two();
    const thread = probe(() => useThreadTyping(room, "t1"));
    const dm = probe(() => useDMTyping("dm-1", "carol"));
    const off = probe(() => useRealtimeTyping({ roomName: room, enabled: false }));
    mount(
      <RealtimeProvider client={alice} userId={ids.alice} autoConnect={false}>
        <thread.Probe />
        <dm.Probe />
        <off.Probe />
      </RealtimeProvider>,
    );
    thread.seen.value.startTyping();
    expect(alice.typing.currentContext).toEqual({
      roomName: room,
      roomType: "thread",
      threadId: "t1",
    });
    dm.seen.value.handleInputChange("hi");
    expect(alice.typing.currentContext).toEqual({
      roomName: "dm-1",
      roomType: "dm",
      recipientId: "carol",
    });
    dm.seen.value.stopTyping();
    off.seen.value.startTyping();
    expect(alice.typing.currentContext).toBeNull();
  });
});
