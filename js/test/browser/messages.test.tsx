import { type ComponentType, memo, type ReactNode } from "react";
import { describe, expect, inject, it, vi } from "vitest";
import { type MessageEvent, messageKey, type RealtimeClient } from "../../src/index.js";
import {
  RealtimeProvider,
  useMessage,
  useMessageKeys,
  useMessages,
  useOfflineStatus,
  useSync,
  useUnread,
} from "../../src/react/index.js";
import { messageActions } from "../../src/react/message-actions.js";
import { mount, probe } from "./render.js";
import { authenticated, connectedAs, newClient, newUser } from "./support.js";

const serverUrl = inject("serverUrl");

/** What was rendered how often. */
class Renders {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  clear(): void {
    this.#counts.clear();
  }

  get all(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}

/** A room of its own with three messages of alice, shown to bob by a list. */
async function listOf(List: ComponentType<{ roomName: string; renders: Renders }>) {
  const roomName = newUser("room");
  const alice = await connectedAs(newUser("alice"));
  await alice.emitAsync("room:create", { roomName });
  await alice.rooms.joinRoom(roomName);
  for (const text of ["one", "two", "three"]) await alice.rooms.sendMessage(roomName, text);

  const renders = new Renders();
  const client = newClient();
  const { container } = mount(
    <In client={client}>
      <List roomName={roomName} renders={renders} />
    </In>,
  );
  await authenticated(client);
  await vi.waitFor(() => expect(container.textContent).toBe("onetwothree"));
  renders.clear();
  return { alice, bob: client, roomName, renders, container };
}

function In({ client, children }: { client: RealtimeClient; children: ReactNode }) {
  return (
    <RealtimeProvider client={client} serverUrl={serverUrl} userId={newUser("bob")}>
      {children}
    </RealtimeProvider>
  );
}

function RowsByKey({ roomName, renders }: { roomName: string; renders: Renders }) {
  renders.add("list");
  const keys = useMessageKeys(roomName);
  return keys.map((key) => <Row key={key} id={key} roomName={roomName} renders={renders} />);
}

interface RowProps {
  id: string;
  roomName: string;
  renders: Renders;
}

const Row = memo(({ id, roomName, renders }: RowProps) => {
  const message = useMessage(roomName, id);
  renders.add(message?.content ?? "nothing");
  return message?.content;
});

function MemoizedRows({ roomName, renders }: { roomName: string; renders: Renders }) {
  const { messages } = useMessages(roomName);
  return messages.map((message) => (
    <MemoizedRow key={messageKey(message)} message={message} renders={renders} />
  ));
}

const MemoizedRow = memo(({ message, renders }: { message: MessageEvent; renders: Renders }) => {
  renders.add(message.content);
  return message.content;
});

function JoinedRowsByKey(props: { roomName: string; renders: Renders }) {
  useMessages(props.roomName);
  return <MemoizedKeys {...props} />;
}
const MemoizedKeys = memo(RowsByKey);

describe("a list of messages", () => {
  it("renders the row of a message that is edited, and nothing else", async () => {
    const { alice, roomName, renders, container } = await listOf(JoinedRowsByKey);
    const [, second] = alice.getSnapshot(`timeline:${roomName}`);
    await alice.rooms.editMessage(roomName, second?.messageId ?? "", "2");
    await vi.waitFor(() => expect(container.textContent).toBe("one2three"));
    expect(renders.all).toEqual({ 2: 1 });
  });

  it("renders a row for a message of one's own when it is sent, and only that again when it was", async () => {
    const { bob, roomName, renders } = await listOf(JoinedRowsByKey);
    await bob.rooms.sendMessage(roomName, "four");
    expect(renders.of("list")).toBe(1);
    expect(renders.of("one") + renders.of("two") + renders.of("three")).toBe(0);
    expect(renders.of("four")).toBeGreaterThan(1);
  });

  it("renders one memoized row for a reaction", async () => {
    const { alice, roomName, renders } = await listOf(MemoizedRows);
    const [first] = alice.getSnapshot(`timeline:${roomName}`);
    await alice.rooms.addReaction(roomName, first?.messageId ?? "", "👍");
    await vi.waitFor(() => expect(renders.of("one")).toBe(1));
    expect(renders.all).toEqual({ one: 1 });
  });
});

describe("the actions on messages that the server does not have yet", () => {
  async function offlineInTwoTabs() {
    const user = newUser();
    const room = newUser("room");
    const leader = await connectedAs(user);
    await leader.emitAsync("room:create", { roomName: room });
    await leader.rooms.joinRoom(room);
    await vi.waitFor(() => expect(leader.queue.snapshot.isLeader).toBe(true));
    const follower = await connectedAs(user);
    await follower.rooms.joinRoom(room);
    for (const client of [leader, follower]) client.disconnect();
    follower.queue.queueMessage({ channelId: room, content: "hello" });
    const [message] = follower.getSnapshot(`timeline:${room}`);
    if (!message) throw new Error("it is not shown");
    const goOnline = async () => {
      for (const client of [leader, follower]) await client.connect();
      await vi.waitFor(() => expect(follower.getSnapshot("queue").length).toBe(0));
    };
    const actions = messageActions(follower, room);
    const shown = () => follower.getSnapshot(`timeline:${room}`).map(({ content }) => content);
    return { actions, key: messageKey(message), goOnline, shown };
  }

  it("take it back where another tab sends", async () => {
    const { actions, key, goOnline, shown } = await offlineInTwoTabs();
    expect(await actions.remove(key)).toBeUndefined();
    await goOnline();
    expect(shown()).toEqual([]);
  });

  it("give it another text where another tab sends", async () => {
    const { actions, key, goOnline, shown } = await offlineInTwoTabs();
    expect(await actions.edit(key, "other")).toBeUndefined();
    await goOnline();
    expect(shown()).toEqual(["other"]);
  });

  it("delete it once it is there where it is on its way", async () => {
    const client = await connectedAs(newUser());
    const room = newUser("room");
    await client.emitAsync("room:create", { roomName: room });
    await client.rooms.joinRoom(room);
    const actions = messageActions(client, room);
    const removed = new Promise((resolve) => {
      client.queue.subscribe((event, data) => {
        if (event !== "message:sending" || data.message.kind !== "message:send") return;
        resolve(actions.remove(data.message.id));
      });
    });
    const { messageId } = await actions.send("too early");
    expect(await removed).toMatchObject({ messageId });
    expect(client.getSnapshot(`timeline:${room}`)[0]?.isDeleted).toBe(true);
    expect(client.queue.getQueueLength()).toBe(0);
  });
});

describe("useMessages", () => {
  it("edits, deletes and takes reactions back, for everybody", async () => {
    const roomName = newUser("room");
    const client = newClient();
    const { seen, Probe } = probe(() => useMessages(roomName));
    mount(
      <In client={client}>
        <Probe />
      </In>,
    );
    await authenticated(client);
    await client.emitAsync("room:create", { roomName });
    await client.rooms.joinRoom(roomName);
    const reader = await connectedAs(newUser("carol"));
    await reader.rooms.joinRoom(roomName);
    const shown = () => reader.getSnapshot(`timeline:${roomName}`)[0];

    const { messageId } = await seen.value.send("first");
    await seen.value.edit(messageId, "second");
    await seen.value.react(messageId, "👍");
    await vi.waitFor(() => expect(shown()).toMatchObject({ content: "second", isEdited: true }));
    await vi.waitFor(() => expect(shown()?.reactions?.[0]?.emoji).toBe("👍"));
    await seen.value.react(messageId, "👍");
    await vi.waitFor(() => expect(shown()?.reactions ?? []).toEqual([]));
    await seen.value.remove(messageId);
    await vi.waitFor(() => expect(shown()).toMatchObject({ content: "", isDeleted: true }));
  });

  it("takes one's own reaction back without a connection too", async () => {
    const roomName = newUser("room");
    const client = newClient();
    const { seen, Probe } = probe(() => useMessages(roomName));
    mount(
      <In client={client}>
        <Probe />
      </In>,
    );
    await authenticated(client);
    await client.emitAsync("room:create", { roomName });
    await client.rooms.joinRoom(roomName);
    const { messageId } = await seen.value.send("hello");
    await seen.value.react(messageId, "👍");
    const reactions = () => client.getSnapshot(`timeline:${roomName}`)[0]?.reactions ?? [];
    await vi.waitFor(() => expect(reactions()).toHaveLength(1));
    client.disconnect();
    const isTakenBack = seen.value.react(messageId, "👍");
    await vi.waitFor(() => expect(reactions()).toEqual([]));
    await client.connect();
    await isTakenBack;
    expect(reactions()).toEqual([]);
  });

  it("pages back to the first message, and says when there is nothing older", async () => {
    const roomName = newUser("room");
    const alice = await connectedAs(newUser("alice"));
    await alice.emitAsync("room:create", { roomName });
    await alice.rooms.joinRoom(roomName);
    const texts = Array.from({ length: 120 }, (_, index) => `message ${index}`);
    for (const text of texts) await alice.rooms.sendMessage(roomName, text);

    const client = newClient();
    const loading: boolean[] = [];
    const { seen, Probe } = probe(() => {
      const result = useMessages(roomName);
      if (result.isLoading !== loading.at(-1)) loading.push(result.isLoading);
      return result;
    });
    mount(
      <In client={client}>
        <Probe />
      </In>,
    );
    await vi.waitFor(() => expect(seen.value.hasOlder).toBe(true));
    const counts: number[] = [];
    while (seen.value.hasOlder) {
      counts.push((await seen.value.loadOlder()).count);
      await vi.waitFor(() => expect(seen.value.isLoading).toBe(false));
    }
    expect(counts).toEqual([50, 20]);
    expect(loading).toEqual([false, true, false, true, false]);
    expect(seen.value.messages.map((message) => message.content)).toEqual(texts);
  });
});

describe("the other hooks", () => {
  it("do nothing about a queue that is not enabled", async () => {
    const client = newClient();
    const { seen, Probe } = probe(() =>
      useOfflineStatus({ enableQueue: false, enableSync: false }),
    );
    mount(
      <In client={client}>
        <Probe />
      </In>,
    );
    await authenticated(client);
    const { queueMessage, getQueuedMessages, flushQueue, sync } = seen.value;
    const call = () => queueMessage({ channelId: "general", content: "hello" });
    expect(call).toThrow("Offline queue is not enabled");
    expect(getQueuedMessages()).toEqual([]);
    expect(await flushQueue()).toEqual({ sent: 0, failed: 0 });
    expect(await sync()).toBeNull();
  });

  it("count what waits to be read, until it is said to be", async () => {
    const roomName = newUser("room");
    const alice = await connectedAs(newUser("alice"));
    await alice.emitAsync("room:create", { roomName });
    await alice.rooms.joinRoom(roomName);
    const client = newClient();
    const { seen, Probe } = probe(() => useUnread(roomName));
    mount(
      <In client={client}>
        <Probe />
      </In>,
    );
    await authenticated(client);
    await client.rooms.joinRoom(roomName);
    await alice.rooms.sendMessage(roomName, "hello");
    await vi.waitFor(() => expect(seen.value.count).toBe(1));
    seen.value.markRead();
    await vi.waitFor(() => expect(seen.value.count).toBe(0));
  });

  it("say what waits and how synchronisation stands, without asking again and again", async () => {
    const client = newClient();
    const status = probe(() => useOfflineStatus());
    const sync = probe(() => useSync());
    mount(
      <In client={client}>
        <status.Probe />
        <sync.Probe />
      </In>,
    );
    await authenticated(client);
    expect(status.seen.value).toMatchObject({ isConnected: true, queueCount: 0 });
    expect(await status.seen.value.sync()).toMatchObject({ queueFlushed: { sent: 0, failed: 0 } });
    await vi.waitFor(() =>
      expect(sync.seen.value).toMatchObject({ status: "completed", progress: 100 }),
    );
    expect(status.seen.value.lastSyncAt).toEqual(expect.any(Number));
    client.disconnect();
    const { id } = status.seen.value.queueMessage({ channelId: "general", content: "later" });
    await vi.waitFor(() => expect(status.seen.value.queueCount).toBe(1));
    expect(status.seen.value.removeFromQueue(id)).toBe(true);
    await vi.waitFor(() => expect(status.seen.value.queueCount).toBe(0));
  });
});
