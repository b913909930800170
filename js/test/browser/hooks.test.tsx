import { memo, useEffect, useState } from "react";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { commands } from "vitest/browser";
import { RealtimeClient } from "../../src/index.js";
import {
  ConnectionStatus,
  type RealtimeContextValue,
  RealtimeProvider,
  useMessages,
  useOfflineStatus,
  useRealtime,
  useRealtimeContext,
  useRealtimeRoom,
  useRealtimeRooms,
} from "../../src/react/index.js";
import { flush, mount, probe } from "./render.js";
import { authenticated, connectedAs, countSockets, newUser } from "./support.js";

const serverUrl = inject("serverUrl");
const nextTask = () => new Promise((resolve) => setTimeout(resolve));

function freshClient(): RealtimeClient {
  const client = new RealtimeClient();
  onTestFinished(() => client.destroy());
  return client;
}

const { send } = WebSocket.prototype;

/** A token that says no more than a real server's would. */
async function tokenOf(userId: string): Promise<string> {
  const answer = await fetch(`${serverUrl}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId }),
  });
  return (await answer.json()).token;
}

describe("RealtimeProvider", () => {
  it("connects the signed-in user, and renders its children once", async () => {
    const client = freshClient();
    const { seen, Probe } = probe(() => undefined);
    const user = newUser();
    mount(
      <RealtimeProvider client={client} serverUrl={serverUrl} user={{ id: user }}>
        <Probe />
      </RealtimeProvider>,
    );
    await authenticated(client);
    expect(client.auth?.userId).toBe(user);
    expect(seen.renders).toBe(1);
  });

  it("opens one socket under StrictMode, and keeps it", async () => {
    const sockets = countSockets();
    const client = freshClient();
    mount(<RealtimeProvider client={client} serverUrl={serverUrl} userId={newUser()} />, {
      strict: true,
    });
    await authenticated(client);
    await nextTask();
    expect(sockets).toEqual({ opened: 1, open: 1 });
  });

  it("opens one socket for a hundred mounts, and closes it with the last", async () => {
    const sockets = countSockets();
    const client = freshClient();
    const user = newUser();
    const trees = Array.from({ length: 100 }, () =>
      mount(<RealtimeProvider client={client} serverUrl={serverUrl} userId={user} />),
    );
    await authenticated(client);
    for (const tree of trees.slice(1)) tree.unmount();
    await nextTask();
    expect(sockets).toEqual({ opened: 1, open: 1 });
    trees[0]?.unmount();
    await vi.waitFor(() => expect(sockets.open).toBe(0));
    expect(client.state).toBe("disconnected");
  });

  it("does nothing for options, tokens and users written inline again", async () => {
    const sockets = countSockets();
    const client = freshClient();
    const user = newUser();
    const tree = () => (
      <RealtimeProvider
        client={client}
        serverUrl={`${serverUrl}`}
        token={async () => `user:${user}`}
        user={{ id: user }}
      />
    );
    const { rerender } = mount(tree());
    await authenticated(client);
    const socketId = client.socketId;
    for (let render = 0; render < 20; render += 1) rerender(tree());
    await nextTask();
    expect(client.socketId).toBe(socketId);
    expect(sockets.opened).toBe(1);
  });

  it("lets an explicit disconnect stand, and connects again when asked", async () => {
    const client = freshClient();
    const { seen, Probe } = probe(useRealtimeContext);
    const late = probe(() => useRealtime({ autoConnect: true }));
    const tree = (more = false) => (
      <RealtimeProvider client={client} serverUrl={serverUrl} userId="anna">
        <Probe />
        {more ? <late.Probe /> : null}
      </RealtimeProvider>
    );
    const { rerender } = mount(tree());
    await vi.waitFor(() => expect(seen.value.isAuthenticated).toBe(true));
    seen.value.disconnect();
    await vi.waitFor(() => expect(seen.value.connectionState).toBe("disconnected"));
    rerender(tree(true));
    await nextTask();
    expect(client.state).toBe("disconnected");
    await seen.value.connect();
    await vi.waitFor(() => expect(seen.value.isAuthenticated).toBe(true));
  });

  it("changes the user, and signs out when there is none", async () => {
    const client = freshClient();
    const [alice, bob] = [newUser("alice"), newUser("bob")];
    const { seen, Probe } = probe(() => useRealtimeRooms({ initialRooms: ["general"] }));
    const tree = (userId?: string) => (
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={userId}>
        <Probe />
      </RealtimeProvider>
    );
    const { rerender } = mount(tree(alice));
    await vi.waitFor(() => expect(seen.value.roomNames).toEqual(["general"]));
    rerender(tree(bob));
    await vi.waitFor(() => expect(client.auth?.userId).toBe(bob));
    await vi.waitFor(() => expect(seen.value.roomNames).toEqual(["general"]));
    rerender(tree());
    expect(client.state).toBe("disconnected");
    await vi.waitFor(() => expect(seen.value.rooms).toEqual([]));
  });

  it("shows nothing of a user who has signed out, and what waits to be sent when they are back", async () => {
    const client = freshClient();
    const alice = newUser("alice");
    const hook = probe(() => [useOfflineStatus().queueCount, useMessages("general").messages]);
    const tree = (userId?: string) => (
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={userId}>
        <hook.Probe />
      </RealtimeProvider>
    );
    const { rerender } = mount(tree(alice));
    await authenticated(client);
    await vi.waitFor(() => expect(client.queue.snapshot.isLoaded).toBe(true));
    client.disconnect();
    const persisted = new Promise((resolve) => {
      client.queue.subscribe((event) => {
        if (event === "message:persisted") resolve(event);
      });
    });
    client.queue.queueMessage({ channelId: "general", content: `of ${alice}` });
    await persisted;
    rerender(tree());
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(hook.seen.value).toEqual([0, []]);
    expect(client.queue.getQueuedMessages()).toEqual([]);
    rerender(tree(alice));
    await authenticated(client);
    const texts = () => client.getSnapshot("timeline:general").map(({ content }) => content);
    await vi.waitFor(() => expect(texts()).toContain(`of ${alice}`));
  });

  it("shows a refused token as an error, and throws nothing", async () => {
    const client = freshClient();
    const { seen, Probe } = probe(useRealtimeContext);
    mount(
      <RealtimeProvider client={client} serverUrl={serverUrl} token="nonsense">
        <Probe />
      </RealtimeProvider>,
    );
    await vi.waitFor(() => expect(seen.value.error).toMatchObject({ code: "AUTH_FAILED" }));
  });

  it("comes back after the server restarts: one socket, its rooms, its listeners", async () => {
    const url = await commands.startServer();
    const client = freshClient();
    client.initialize({ reconnectDelay: 20, maxReconnectDelay: 100 });
    const heard = vi.fn();
    const { seen, Probe } = probe(() => {
      const context = useRealtimeContext();
      const { rooms } = useRealtimeRooms({ initialRooms: ["general"] });
      const { on } = context;
      useEffect(() => on("message:new", heard), [on]);
      return { ...context, rooms };
    });
    mount(
      <RealtimeProvider client={client} serverUrl={url} userId={newUser()}>
        <Probe />
      </RealtimeProvider>,
      { strict: true },
    );
    await vi.waitFor(() => expect(seen.value.isInRoom("general")).toBe(true));
    await commands.stopServer(url);
    await vi.waitFor(() => expect(seen.value.connectionState).toBe("reconnecting"));
    expect(seen.value.reconnectAttempts).toBeGreaterThan(0);
    const sockets = countSockets();
    await commands.startServer(Number(new URL(url).port));
    await vi.waitFor(() => expect(seen.value.rooms[0]?.isJoined).toBe(true), { timeout: 10_000 });
    await seen.value.sendMessage("general", "back");
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1));
    expect(sockets.open).toBe(1);
    await commands.stopServer(url);
  });

  it("keeps what components listen to over disconnect and connect", async () => {
    const client = freshClient();
    const heard = vi.fn();
    const { seen, Probe } = probe(() => {
      const context = useRealtimeContext();
      const { onRoomMessage } = useRealtimeRooms({ initialRooms: ["general"] });
      useEffect(() => onRoomMessage("general", (message) => heard(message.content)));
      return context;
    });
    mount(
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={newUser()}>
        <Probe />
      </RealtimeProvider>,
    );
    await vi.waitFor(() => expect(seen.value.isInRoom("general")).toBe(true));
    seen.value.disconnect();
    await seen.value.connect();
    const content = `again ${newUser()}`;
    await seen.value.sendMessage("general", content);
    await vi.waitFor(() =>
      expect(heard.mock.calls.filter(([one]) => one === content)).toHaveLength(1),
    );
  });

  it("asks the token callback of the latest render", async () => {
    const client = freshClient();
    const user = newUser();
    const asked: string[] = [];
    const tree = (render: string) => (
      <RealtimeProvider
        client={client}
        serverUrl={serverUrl}
        token={() => {
          asked.push(render);
          return `user:${user}`;
        }}
      />
    );
    const { rerender } = mount(tree("first"));
    await authenticated(client);
    rerender(tree("second"));
    await client.reconnect();
    expect(asked).toEqual(["first", "second"]);
  });

  it("connects with a token callback that comes after its user", async () => {
    const client = freshClient();
    const user = newUser();
    // Else it is a development server, and takes the user without one.
    vi.spyOn(WebSocket.prototype, "send").mockImplementation(function (this: WebSocket, data) {
      const isMadeUp = String(data).includes(`"token":"user:${user}"`);
      send.call(this, isMadeUp ? String(data).replace("user:", "not-a-token:") : data);
    });
    const token = await tokenOf(user);
    const tree = (isThere: boolean) => (
      <RealtimeProvider
        client={client}
        serverUrl={serverUrl}
        userId={user}
        token={isThere ? () => token : undefined}
      />
    );
    const { rerender } = mount(tree(false));
    await vi.waitFor(() => expect(client.state).toBe("error"));
    rerender(tree(true));
    await authenticated(client);
    rerender(tree(false));
    await client.reconnect();
    await authenticated(client);
    expect(client.auth?.userId).toBe(user);
  });

  it("asks the token callback of the page that is open, also of one opened later", async () => {
    const client = freshClient();
    const user = newUser();
    const asked: string[] = [];
    const page = (name: string) => (
      <RealtimeProvider
        key={name}
        client={client}
        serverUrl={serverUrl}
        userId={user}
        token={() => {
          asked.push(name);
          return `user:${user}`;
        }}
      />
    );
    const { rerender } = mount(page("first"));
    await authenticated(client);
    rerender(page("second"));
    await client.reconnect();
    expect(asked).toEqual(["first", "second"]);
  });

  it.each([
    ["names the same user", true],
    ["has only a token", false],
  ])("keeps its token for a hook that names the user, where it %s", async (_, isNamed) => {
    const client = freshClient();
    const user = newUser();
    const asked = vi.fn(() => `user:${user}`);
    const sent = vi.spyOn(WebSocket.prototype, "send");
    const hook = probe(() => useRealtime({ userId: user }));
    const tree = (more: boolean) => (
      <RealtimeProvider
        client={client}
        serverUrl={serverUrl}
        token={asked}
        userId={isNamed ? user : undefined}
      >
        {more ? <hook.Probe /> : null}
      </RealtimeProvider>
    );
    const { rerender } = mount(tree(false));
    await authenticated(client);
    const { socketId } = client;
    rerender(tree(true));
    await client.rooms.joinRoom("general");
    expect(sent.mock.calls.filter(([data]) => String(data).includes("auth:refresh"))).toEqual([]);
    expect(client.socketId).toBe(socketId);
    await client.reconnect();
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it("leaves a hook that names somebody else to their own token", async () => {
    const client = freshClient();
    const [alice, bob] = [newUser("alice"), newUser("bob")];
    const hook = probe(() => useRealtime({ userId: bob, autoConnect: true }));
    const tree = (more: boolean) => (
      <RealtimeProvider
        client={client}
        serverUrl={serverUrl}
        token={() => `user:${alice}`}
        userId={alice}
      >
        {more ? <hook.Probe /> : null}
      </RealtimeProvider>
    );
    const { rerender } = mount(tree(false));
    await authenticated(client);
    rerender(tree(true));
    await vi.waitFor(() => expect(client.auth?.userId).toBe(bob));
  });

  it.each([["null"], ["empty"]])(
    "asks no token callback for a user whose id is %s",
    async (what) => {
      const client = freshClient();
      const user = newUser();
      const asked = vi.fn(() => `user:${user}`);
      const nobody = what === "null" ? null : "";
      const tree = (userId: string | null) => (
        <RealtimeProvider client={client} serverUrl={serverUrl} userId={userId} token={asked} />
      );
      const { rerender } = mount(tree(nobody));
      await nextTask();
      expect(client.state).toBe("disconnected");
      rerender(tree(user));
      await authenticated(client);
      await client.logout();
      rerender(tree(nobody));
      await nextTask();
      expect(client.state).toBe("disconnected");
      expect(asked).toHaveBeenCalledTimes(1);
    },
  );

  it("connects a client that StrictMode has its component destroy, and hears its rooms", async () => {
    const { seen, Probe } = probe(() => useRealtimeRooms({ initialRooms: ["general"] }));
    const heard: string[] = [];
    let client: RealtimeClient | undefined;
    function Listener() {
      const { onMessage } = useRealtimeRooms();
      useEffect(() => onMessage(({ content }) => heard.push(String(content))), [onMessage]);
      return <Probe />;
    }
    function Owner() {
      const [own] = useState(() => new RealtimeClient());
      client = own;
      useEffect(() => () => own.destroy(), [own]);
      return (
        <RealtimeProvider client={own} serverUrl={serverUrl} userId="anna">
          <Listener />
        </RealtimeProvider>
      );
    }
    mount(<Owner />, { strict: true });
    await vi.waitFor(() => expect(seen.value.roomNames).toEqual(["general"]));
    await seen.value.sendMessage("general", "hello");
    await vi.waitFor(() => expect(heard).toEqual(["hello"]));
    expect(client?.isConnected).toBe(true);
  });

  it("waits for somebody to sign in", async () => {
    const client = freshClient();
    const { seen, Probe } = probe(useRealtimeContext);
    mount(
      <RealtimeProvider client={client} serverUrl={serverUrl}>
        <Probe />
      </RealtimeProvider>,
    );
    await nextTask();
    expect(client.state).toBe("disconnected");
    await expect(seen.value.connect()).rejects.toMatchObject({
      code: "AUTH_REQUIRED",
      message: "User must be authenticated",
    });
  });
});

describe("useRealtimeContext", () => {
  it("throws outside a provider", () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { Probe } = probe(useRealtimeContext);
    expect(() => mount(<Probe />)).toThrow(
      "useRealtimeContext must be used within a RealtimeProvider",
    );
    report.mockRestore();
  });

  it("renders when what its getters read changes", async () => {
    const client = freshClient();
    const { seen, Probe } = probe(() => {
      const context = useRealtimeContext();
      return { context, members: context.getRoomMembers("general").map((one) => one.userId) };
    });
    mount(
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={newUser()}>
        <Probe />
      </RealtimeProvider>,
    );
    await seen.value.context.joinRoom("general");
    await vi.waitFor(() => expect(seen.value.context.isInRoom("general")).toBe(true));
    const late = newUser("late");
    const other = await connectedAs(late);
    await other.rooms.joinRoom("general");
    await vi.waitFor(() => expect(seen.value.members).toContain(late));
  });
});

describe("what a child reads through the context", () => {
  it("is watched also where the child renders alone", async () => {
    const [alice, bob] = [await connectedAs(newUser("alice")), await connectedAs(newUser("bob"))];
    const rooms = [newUser("room"), newUser("room")] as const;
    for (const roomName of rooms) {
      await alice.emitAsync("room:create", { roomName });
      for (const client of [alice, bob]) await client.rooms.joinRoom(roomName);
    }
    const seen = { open: (_: string) => {}, text: null as string | null };
    function TypingLine({ context }: { context: RealtimeContextValue }) {
      const [room, open] = useState<string>(rooms[0]);
      Object.assign(seen, { open, text: context.getTypingText(room) });
      return null;
    }
    const Line = memo(TypingLine);
    const Parent = () => <Line context={useRealtimeContext()} />;
    mount(
      <RealtimeProvider client={alice} userId={alice.auth?.userId ?? ""}>
        <Parent />
      </RealtimeProvider>,
    );
    flush(() => seen.open(rooms[1]));
    bob.typing.startTyping(rooms[1]);
    await vi.waitFor(() => expect(seen.text).toMatch(/typing/));
    bob.typing.stopTyping(rooms[1]);
    await vi.waitFor(() => expect(seen.text).toBeNull());
  });
});

describe("ConnectionStatus", () => {
  it("says where the connection stands", async () => {
    const client = freshClient();
    const tree = (userId?: string) => (
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={userId}>
        <ConnectionStatus className="mine" />
      </RealtimeProvider>
    );
    const { container, rerender } = mount(tree());
    const status = container.querySelector("[role=status].mine");
    expect(status?.textContent).toBe("Offline");
    rerender(tree(newUser()));
    await vi.waitFor(() => expect(status?.textContent).toBe("Connected"));
    await vi.waitFor(() => expect(status?.getAttribute("data-quality")).toBe("excellent"));
  });

  it("shows the link's quality where it is asked to", async () => {
    const client = freshClient();
    const { container } = mount(
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={newUser()}>
        <ConnectionStatus variant="header" showDetails />
      </RealtimeProvider>,
    );
    const status = container.querySelector("[role=status][data-variant=header]");
    await vi.waitFor(() => expect(status?.textContent).toBe("Connected (excellent)"));
    expect(status?.querySelector("[aria-live=off]")?.textContent).toBe(" (excellent)");
  });
});

describe("useRealtime", () => {
  it("works without a provider, and its functions stay the same", async () => {
    const client = freshClient();
    const user = newUser();
    const { seen, Probe } = probe(() =>
      useRealtime({ client, userId: user, config: { url: serverUrl } }),
    );
    mount(<Probe />);
    const first = seen.value;
    await vi.waitFor(() => expect(seen.value.isAuthenticated).toBe(true));
    for (const name of ["connect", "disconnect", "reconnect", "on", "emit", "emitAsync"] as const) {
      expect(seen.value[name]).toBe(first[name]);
    }
    expect(seen.value.socketId).toBe(client.socketId);
  });

  it("renders for changes of status only", async () => {
    const client = freshClient();
    const user = newUser();
    const { seen, Probe } = probe(() =>
      useRealtime({ client, userId: user, config: { url: serverUrl } }),
    );
    mount(<Probe />);
    await vi.waitFor(() => expect(seen.value.isAuthenticated).toBe(true));
    await vi.waitFor(() => expect(client.averageLatency).not.toBeNull());
    const renders = seen.renders;
    expect(renders).toBeLessThanOrEqual(4);
    await client.rooms.joinRoom("general");
    await client.rooms.sendMessage("general", "nobody renders for this");
    await nextTask();
    expect(seen.renders).toBe(renders);
  });

  it("keeps the connection when one of two components goes", async () => {
    const sockets = countSockets();
    const client = freshClient();
    const user = newUser();
    const one = probe(() => useRealtime({ client, userId: user, config: { url: serverUrl } }));
    const two = probe(() => useRealtime({ client, userId: user, config: { url: serverUrl } }));
    const first = mount(<one.Probe />);
    mount(<two.Probe />);
    await vi.waitFor(() => expect(two.seen.value.isAuthenticated).toBe(true));
    first.unmount();
    await nextTask();
    expect(client.isConnected).toBe(true);
    expect(sockets.opened).toBe(1);
  });

  it("uses the provider's connection inside one", async () => {
    const sockets = countSockets();
    const client = freshClient();
    const { seen, Probe } = probe(() => useRealtime());
    mount(
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={newUser()}>
        <Probe />
      </RealtimeProvider>,
    );
    await vi.waitFor(() => expect(seen.value.isAuthenticated).toBe(true));
    expect(sockets.opened).toBe(1);
  });

  it("is the provider's user inside one, whatever token it is given, also when that changes", async () => {
    const client = freshClient();
    const user = newUser();
    const { seen, Probe } = probe(() => useRealtime({ token: token.current }));
    const token = { current: `user:${user}` };
    const tree = () => (
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={user} token={token.current}>
        <Probe />
      </RealtimeProvider>
    );
    const { rerender } = mount(tree());
    await vi.waitFor(() => expect(seen.value.isAuthenticated).toBe(true));
    const { socketId } = client;
    token.current = await tokenOf(user);
    rerender(tree());
    await client.emitAsync("ping", {});
    expect(client.socketId).toBe(socketId);
    expect(client.isAuthenticated).toBe(true);
  });

  it("does what the plugin guide's component does with it", async () => {
    const client = freshClient();
    function ChatChannel({ channelId }: { channelId: string }) {
      const { isConnected, joinChannel, leaveChannel, sendTyping, updatePresence } = useRealtime();
      useEffect(() => {
        if (isConnected) joinChannel(channelId);
        return () => leaveChannel(channelId);
      }, [channelId, isConnected, joinChannel, leaveChannel]);
      const handleTyping = () => {
        sendTyping(channelId, true);
        updatePresence("online");
      };
      return (
        <button type="button" onClick={handleTyping}>
          {isConnected ? "Connected" : "Connecting..."}
        </button>
      );
    }
    const tree = (userId?: string) => (
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={userId}>
        <ChatChannel channelId="general" />
      </RealtimeProvider>
    );
    const { container, rerender } = mount(tree());
    expect(container.textContent).toBe("Connecting...");
    container.querySelector("button")?.click();
    const user = newUser();
    rerender(tree(user));
    await vi.waitFor(() => expect(client.rooms.isInRoom("general")).toBe(true));
    expect(container.textContent).toBe("Connected");
    container.querySelector("button")?.click();
    expect(client.isConnected).toBe(true);
  });

  it("rejects connect while nobody is signed in", async () => {
    const client = freshClient();
    const { seen, Probe } = probe(() => useRealtime({ client }));
    mount(<Probe />);
    await expect(seen.value.connect()).rejects.toThrow("User must be authenticated to connect");
  });
});

describe("useRealtimeRooms", () => {
  it("joins its initial rooms when the connection comes, and leaves none on unmounting", async () => {
    const client = freshClient();
    const { seen, Probe } = probe(() => useRealtimeRooms({ initialRooms: ["general"] }));
    const tree = (userId: string | undefined, shown: boolean) => (
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={userId}>
        {shown ? <Probe /> : null}
      </RealtimeProvider>
    );
    const user = newUser();
    const { rerender } = mount(tree(undefined, true), { strict: true });
    await nextTask();
    expect(seen.value.rooms).toEqual([]);
    rerender(tree(user, true));
    await vi.waitFor(() => expect(seen.value.roomNames).toEqual(["general"]));
    rerender(tree(user, false));
    await nextTask();
    expect(client.rooms.isInRoom("general")).toBe(true);
  });
});

describe("useRealtimeRooms with a list written inline", () => {
  it("joins once however often it renders, and again when the list grows", async () => {
    const client = freshClient();
    const joins = vi.spyOn(client.rooms, "joinRooms");
    const user = newUser();
    let names = ["general"];
    const { seen, Probe } = probe(() => useRealtimeRooms({ initialRooms: [...names] }));
    const tree = () => (
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={user}>
        <Probe />
      </RealtimeProvider>
    );
    const { rerender } = mount(tree());
    await vi.waitFor(() => expect(seen.value.roomCount).toBe(1));
    for (let render = 0; render < 10; render += 1) rerender(tree());
    expect(joins).toHaveBeenCalledTimes(1);
    names = ["general", "announcements"];
    rerender(tree());
    await vi.waitFor(() => expect(seen.value.roomNames).toContain("announcements"));
  });
});

describe("useRealtimeRoom", () => {
  function inRoom(client: RealtimeClient, user: string, { strict = true } = {}) {
    const { seen, Probe } = probe(() => useRealtimeRoom("general"));
    const mounted = mount(
      <RealtimeProvider client={client} serverUrl={serverUrl} userId={user}>
        <Probe />
      </RealtimeProvider>,
      { strict },
    );
    const contents = () => seen.value.messages.map((message) => message.content);
    return { seen, contents, ...mounted };
  }

  it("shows each message once, the sender's own from the moment it is sent", async () => {
    const client = freshClient();
    const { seen, contents } = inRoom(client, newUser());
    await vi.waitFor(() => expect(seen.value.isJoined).toBe(true));
    const content = `own ${newUser()}`;
    const sending = seen.value.send(content);
    await vi.waitFor(() => expect(contents()).toContain(content));
    await sending;
    await nextTask();
    expect(contents().filter((one) => one === content)).toHaveLength(1);
  });

  it("renders at most once for each message of a burst", async () => {
    const client = freshClient();
    const { seen, contents } = inRoom(client, newUser(), { strict: false });
    await vi.waitFor(() => expect(seen.value.isJoined).toBe(true));
    const other = await connectedAs(newUser("other"));
    await other.rooms.joinRoom("general");
    await vi.waitFor(() =>
      expect(seen.value.members.map((one) => one.userId)).toContain(other.auth?.userId),
    );
    const renders = seen.renders;
    const sent = Array.from({ length: 20 }, (_, index) => `burst ${index} ${newUser()}`);
    await Promise.all(sent.map((content) => other.rooms.sendMessage("general", content)));
    await vi.waitFor(() => expect(contents()).toEqual(expect.arrayContaining(sent)));
    expect(contents().filter((one) => sent.includes(one))).toEqual(sent);
    expect(seen.renders - renders).toBeLessThanOrEqual(sent.length);
  });

  it("hides what was shown when it is cleared, and shows what comes after", async () => {
    const client = freshClient();
    const { seen, contents } = inRoom(client, newUser());
    await vi.waitFor(() => expect(seen.value.isJoined).toBe(true));
    await seen.value.send(`before ${newUser()}`);
    seen.value.clearMessages();
    await vi.waitFor(() => expect(contents()).toEqual([]));
    const after = `after ${newUser()}`;
    await seen.value.send(after);
    await vi.waitFor(() => expect(contents()).toEqual([after]));
  });

  it("leaves on request", async () => {
    const client = freshClient();
    const { seen } = inRoom(client, newUser());
    await vi.waitFor(() => expect(seen.value.isJoined).toBe(true));
    seen.value.leave();
    await vi.waitFor(() => expect(seen.value.isJoined).toBe(false));
  });
});
