import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { commands } from "vitest/browser";
import { type ConflictDetectionResult, init, type RealtimeClient } from "../../src/index.js";
import { connectedAs, newClient, newUser } from "./support.js";

/** A client of a user that has not connected yet: as after the page was loaded. */
async function openedBy(userId: string, url = inject("serverUrl")): Promise<RealtimeClient> {
  await init();
  const client = newClient(url);
  client.initialize({ userId });
  client.queue.initialize();
  return client;
}

/** A room of its own, and what is said in it, as heard by somebody else. */
async function roomWithListener(url?: string) {
  const roomName = newUser("room");
  const bob = await connectedAs(newUser("bob"), url);
  await bob.emitAsync("room:create", { roomName });
  await bob.rooms.joinRoom(roomName);
  const heard: unknown[] = [];
  bob.rooms.onRoomMessage(roomName, (message) => heard.push(message.content));
  return { roomName, bob, heard };
}

/** Connects a user in a room, and keeps what becomes of the queue until it is empty. */
async function enter(client: RealtimeClient, userId: string, roomName: string): Promise<void> {
  const joined = client.rooms.joinRoom(roomName);
  await client.connect(`user:${userId}`);
  await joined;
}

const emptied = (client: RealtimeClient) =>
  vi.waitFor(() => expect(client.queue.isEmpty()).toBe(true), { timeout: 10_000 });

describe("OfflineQueueService with the engine and a server", () => {
  it("keeps what was queued without a connection over the end of the page, and delivers it once, in order", async () => {
    const { roomName, heard } = await roomWithListener();
    const alice = newUser("alice");
    const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`);

    const before = await openedBy(alice);
    for (const content of texts) before.queue.queueMessage({ channelId: roomName, content });
    before.destroy();

    const after = await openedBy(alice);
    await vi.waitFor(() => expect(after.queue.getQueueLength()).toBe(20));
    expect(after.queue.getQueuedMessages().map((message) => message.content)).toEqual(texts);
    await enter(after, alice, roomName);
    await vi.waitFor(() => expect(heard).toEqual(texts));
    await emptied(after);
  });

  it("says when a message outlives the browser, and shows it in the timeline at once", async () => {
    const { roomName } = await roomWithListener();
    const client = await openedBy(newUser("alice"));
    const persisted: string[] = [];
    client.queue.subscribe((event, data) => {
      if (event === "message:persisted") persisted.push(data.message.id);
    });
    void client.rooms.joinRoom(roomName).catch(() => undefined);
    const { id } = client.queue.queueMessage({ channelId: roomName, content: "hello" });
    expect(client.getSnapshot(`timeline:${roomName}`)).toMatchObject([
      { clientMessageId: id, content: "hello", state: "sending" },
    ]);
    await vi.waitFor(() => expect(persisted).toEqual([id]));
    expect(client.queue.getQueuedMessage(id)?.persisted).toBe(true);
  });

  it("refuses a message beyond the limit, and drops none for it", async () => {
    const client = await openedBy(newUser("alice"));
    client.queue.configure({ maxQueueSize: 2 });
    const queue = (content: string) => client.queue.queueMessage({ channelId: "general", content });
    queue("one");
    queue("two");
    expect(() => queue("three")).toThrow(expect.objectContaining({ code: "QUEUE_FULL" }));
    const texts = client.queue.getQueuedMessages().map((message) => message.content);
    expect(texts).toEqual(["one", "two"]);
  });

  it("sends what was changed as it is now, and what was taken out not at all", async () => {
    const { roomName, heard } = await roomWithListener();
    const alice = newUser("alice");
    const client = await openedBy(alice);
    const queue = (content: string) => client.queue.queueMessage({ channelId: roomName, content });
    const [first, second] = [queue("one"), queue("two"), queue("three")];
    // Only the tab that sends can be certain.
    await vi.waitFor(() => expect(client.queue.snapshot.isLeader).toBe(true));
    expect(client.queue.removeFromQueue(first.id)).toBe(true);
    expect(client.queue.updateQueuedMessage(second.id, { content: "2" })).toBe(true);
    await enter(client, alice, roomName);
    await vi.waitFor(() => expect(heard).toEqual(["2", "three"]));
  });

  it("parks what the server refuses, lets others pass, and sends it again once it is changed", async () => {
    const { roomName, heard } = await roomWithListener();
    const alice = newUser("alice");
    const client = await openedBy(alice);
    await enter(client, alice, roomName);
    const long = "x".repeat(70_000);
    const { id } = client.queue.queueMessage({ channelId: roomName, content: long });
    await vi.waitFor(() =>
      expect(client.queue.getQueuedMessage(id)).toMatchObject({
        status: "failed",
        error: { code: "PAYLOAD_TOO_LARGE" },
      }),
    );
    expect(client.queue.snapshot).toMatchObject({ length: 1, failed: 1, pending: 0 });
    await client.rooms.sendMessage(roomName, "passes");
    expect(client.queue.updateQueuedMessage(id, { content: "short" })).toBe(true);
    expect(client.queue.retryMessage(id)).toBe(true);
    await vi.waitFor(() => expect(heard).toEqual(["passes", "short"]));
    await emptied(client);
  });

  it("sends what was queued for a room that is joined only later", async () => {
    const { roomName, heard } = await roomWithListener();
    const client = await connectedAs(newUser("alice"));
    const { id } = client.queue.queueMessage({ channelId: roomName, content: "early" });
    await vi.waitFor(() => expect(client.queue.getQueuedMessage(id)?.status).toBe("failed"));
    await client.rooms.joinRoom(roomName);
    await vi.waitFor(() => expect(heard).toEqual(["early"]));
    await emptied(client);
  });

  it("sends while the server is away as soon as it is back, once", async () => {
    const url = await commands.startServer();
    onTestFinished(() => commands.stopServer(url));
    const alice = newUser("alice");
    const client = await connectedAs(alice, url);
    await client.rooms.joinRoom("general");
    await commands.stopServer(url);
    await vi.waitFor(() => expect(client.isConnected).toBe(false));
    const sent = client.rooms.sendMessage("general", "meanwhile");
    expect(client.queue.getQueueLength()).toBe(1);
    await commands.startServer(Number(new URL(url).port));
    await sent;
    await vi.waitFor(() => expect(client.queue.isEmpty()).toBe(true));
    const timeline = client.getSnapshot("timeline:general").map((message) => message.content);
    expect(timeline.filter((content) => content === "meanwhile")).toHaveLength(1);
  });

  it("is one user's: another one neither sees it nor sends it", async () => {
    const { roomName, heard } = await roomWithListener();
    const [alice, mallory] = [newUser("alice"), newUser("mallory")];
    const before = await openedBy(alice);
    before.queue.queueMessage({ channelId: roomName, content: "alice's" });
    before.destroy();

    const other = await openedBy(mallory);
    await enter(other, mallory, roomName);
    await other.rooms.sendMessage(roomName, "mallory's");
    expect(other.queue.isEmpty()).toBe(true);
    await vi.waitFor(() => expect(heard).toEqual(["mallory's"]));
    other.destroy();

    const again = await openedBy(alice);
    await enter(again, alice, roomName);
    await vi.waitFor(() => expect(heard).toEqual(["mallory's", "alice's"]));
  });

  it("is wiped by logout, and so is what else is kept of the user", async () => {
    const alice = newUser("alice");
    const client = await openedBy(alice);
    client.queue.queueMessage({ channelId: "general", content: "private" });
    await vi.waitFor(() => expect(client.queue.getQueuedMessages()[0]?.persisted).toBe(true));
    await client.logout();
    expect(client.queue.isEmpty()).toBe(true);
    const names = (await indexedDB.databases()).map(({ name }) => name ?? "");
    expect(names.filter((name) => name.includes(alice))).toEqual([]);
    const keys = Object.keys(localStorage);
    expect(keys.filter((key) => key.includes(alice))).toEqual([]);
  });
});

describe("an edit that contradicts the server's", () => {
  it("is told with both texts, and sent as resolved", async () => {
    const { roomName, bob } = await roomWithListener();
    const { messageId } = await bob.rooms.sendMessage(roomName, "first");
    await bob.rooms.editMessage(roomName, messageId, "at the server", { baseVersion: 1 });
    const conflicts: ConflictDetectionResult[] = [];
    bob.sync.subscribe((event, data) => {
      if (event === "sync:conflict") conflicts.push(data.conflict);
    });
    const edit = bob.rooms.editMessage(roomName, messageId, "made here", { baseVersion: 1 });
    await expect(edit).rejects.toMatchObject({ code: "STALE_VERSION" });
    await vi.waitFor(() => expect(conflicts).toHaveLength(1));
    const [conflict] = conflicts;
    if (!conflict) throw new Error("no conflict");
    expect(conflict.entity).toMatchObject({
      localData: { content: "made here" },
      remoteData: { content: "at the server" },
    });
    expect(bob.queue.getQueueLength()).toBe(1);
    bob.sync.resolveConflict(conflict, "manual", { content: "both" });
    await emptied(bob);
    await vi.waitFor(() =>
      expect(bob.getSnapshot(`timeline:${roomName}`)[0]).toMatchObject({
        content: "both",
        version: 3,
      }),
    );
  });
});
