import { hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server.browser";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { hostOf } from "../../src/client-host.js";
import { KeyedEmitter } from "../../src/keyed-emitter.js";
import * as hooks from "../../src/react/index.js";
import { flush, mount } from "./render.js";
import { authenticated, connectedAs, newClient, newUser } from "./support.js";

const serverUrl = inject("serverUrl");

/** A component that uses every hook, and shows something of each. */
function Everything({ room, other }: { room: string; other: string }) {
  const context = hooks.useRealtimeContext();
  const realtime = hooks.useRealtime();
  const presence = hooks.useRealtimePresence({ userIds: [other] });
  const one = hooks.useRealtimePresence(other);
  const user = hooks.useUserPresence(other);
  const isThere = hooks.useUserOnlineStatus(other);
  const { settings } = hooks.usePresenceSettings();
  const typing = hooks.useRealtimeTyping(room);
  const conversation = hooks.useDMTyping("a-conversation", other);
  const thread = hooks.useThreadTyping(room, "a-thread");
  const indicator = hooks.useTypingIndicatorDisplay(room);
  const { roomNames } = hooks.useRealtimeRooms({ initialRooms: [room] });
  const joined = hooks.useRealtimeRoom(room);
  const { messages, hasOlder } = hooks.useMessages(room);
  const keys = hooks.useMessageKeys(room);
  const message = hooks.useMessage(room, keys[0] ?? "none");
  const delivery = hooks.useDelivery(keys[0] ?? "none");
  const { queueCount } = hooks.useOfflineStatus();
  const sync = hooks.useSync();
  const unread = hooks.useUnread(room);
  const integration = hooks.useRealtimeIntegration();
  const shown = [
    [context.isInRoom(room), context.getRoomMembers(room), context.getPresence(other)],
    [context.getTypingText(room), context.getTypingUsers(room), context.rooms],
    [realtime.connectionState, presence.status, [...presence.presences], one, user, isThere],
    [settings, typing.typingText, conversation.isTyping, thread.isTyping, indicator.hasTyping],
    [roomNames, joined.isJoined, joined.members, messages.length, hasOlder, keys, message],
    [delivery, queueCount, sync.status, unread.count, integration.status],
  ];
  return (
    <p>
      {JSON.stringify(shown)}
      <hooks.ConnectionStatus showDetails />
    </p>
  );
}

async function page() {
  const [me, other, room] = [newUser("me"), newUser("other"), newUser("room")];
  const friend = await connectedAs(other);
  await friend.emitAsync("room:create", { roomName: room });
  await friend.rooms.joinRoom(room);
  friend.presence.initialize();
  const client = newClient();
  const tree = (
    <hooks.RealtimeProvider client={client} serverUrl={serverUrl} userId={me}>
      <Everything room={room} other={other} />
    </hooks.RealtimeProvider>
  );
  return { me, other, room, friend, client, tree };
}

describe("every hook together", () => {
  it("leaves no listener and nobody wanted behind once unmounted", async () => {
    const complaints = vi.spyOn(console, "error");
    const { other, room, friend, client, tree } = await page();
    const { listeners, presence, snapshots } = hostOf(client);
    const heard = vi.spyOn(snapshots.store, "subscribe");
    const { container, unmount } = mount(tree, { strict: true });
    await authenticated(client);
    await vi.waitFor(() => expect(container.textContent).toContain(`["${room}"]`));
    await friend.rooms.sendMessage(room, "from a friend");
    await client.rooms.sendMessage(room, "from here");
    await vi.waitFor(() => expect(container.textContent).toContain("from a friend"));
    expect(presence.wanted).toEqual([other]);
    unmount();
    await vi.waitFor(() => expect(client.state).toBe("disconnected"));
    expect(presence.wanted).toEqual([]);
    expect(listeners.userForgotten.size).toBe(0);
    const emit = vi.spyOn(KeyedEmitter.prototype, "emit");
    for (const [topic] of heard.mock.calls) snapshots.changed(topic);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(emit).not.toHaveBeenCalled();
    expect(complaints).not.toHaveBeenCalled();
  });

  it("hydrates what the server rendered, though much has come since", async () => {
    const { me, other, room, friend, client, tree } = await page();
    const html = renderToString(tree);
    expect(client.state).toBe("disconnected");
    await client.connect(`user:${me}`);
    await client.rooms.joinRoom(room);
    await client.rooms.sendMessage(room, "while the page was loading");
    client.presence.subscribeToUsers([other]);
    friend.typing.startTyping(room);
    await vi.waitFor(() => expect(client.presence.getPresence(other)?.status).toBe("online"));
    await vi.waitFor(() => expect(client.typing.hasTypingUsers(room)).toBe(true));

    const container = document.createElement("div");
    container.innerHTML = html;
    document.body.append(container);
    const mismatches: unknown[] = [];
    let root: Root | undefined;
    flush(() => {
      root = hydrateRoot(container, tree, {
        onRecoverableError: (error) => mismatches.push(error),
      });
    });
    onTestFinished(() => {
      flush(() => root?.unmount());
      container.remove();
    });
    await vi.waitFor(() => expect(container.textContent).toContain("while the page was loading"));
    expect(container.textContent).toMatch(/ is typing\.\.\./);
    expect(mismatches).toEqual([]);
  });
});
