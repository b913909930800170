import { describe, expect, it, vi } from "vitest";
import type { MessageEvent, RealtimeClient } from "../../src/index.js";
import { connectedAs, newClient, newUser } from "./support.js";

describe("RoomsService with the engine and a server", () => {
  it("brings one person's message to another, and once to its sender", async () => {
    const [alice, bob] = [await connectedAs(newUser("alice")), await connectedAs(newUser("bob"))];
    const content = `hello ${newUser()}`;
    const heard: MessageEvent[] = [];
    const own: MessageEvent[] = [];
    bob.rooms.onRoomMessage("general", (message) => heard.push(message));
    alice.rooms.onMessage((message) => own.push(message));
    await Promise.all([alice.rooms.joinRoom("general"), bob.rooms.joinRoom("general")]);
    const receipt = await alice.rooms.sendMessage("general", content);
    expect(receipt).toMatchObject({
      messageId: expect.any(String),
      clientMessageId: expect.any(String),
      seq: expect.any(Number),
    });
    const received = () => heard.filter((message) => message.content === content);
    await vi.waitFor(() => expect(received()).toHaveLength(1));
    expect(received()[0]).toMatchObject({ userId: alice.auth?.userId, roomName: "general" });
    expect(own.filter((message) => message.content === content)).toHaveLength(1);
  });

  it("brings each message once under the plugin guide's names, in its place among the others", async () => {
    const [alice, bob] = [await connectedAs(newUser("alice")), await connectedAs(newUser("bob"))];
    const roomName = newUser("room");
    await alice.emitAsync("room:create", { roomName });
    await bob.emitAsync("channel:join", { channelId: roomName });
    await alice.rooms.joinRoom(roomName);
    const heard: string[] = [];
    bob.on("message", ({ channelId, content }) => heard.push(`message ${channelId} ${content}`));
    bob.on("message:new", ({ content }) => heard.push(`message:new ${content}`));
    const contents = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    await Promise.all(contents.map((content) => alice.rooms.sendMessage(roomName, content)));
    // What is told of an edit comes after all that was told of messages.
    const edited = new Promise((resolve) => bob.on("message:update", resolve));
    const [first] = alice.getSnapshot(`timeline:${roomName}`);
    await alice.rooms.editMessage(roomName, first?.messageId ?? "", "edited");
    await edited;
    expect(heard).toEqual(
      contents.flatMap((content) => [`message:new ${content}`, `message ${roomName} ${content}`]),
    );
  });

  it.each([
    ["hears of a message", (bob: RealtimeClient, read: () => void) => bob.on("message:new", read)],
    [
      "answers one",
      (bob: RealtimeClient, read: () => void) =>
        bob.rooms.onMessage(({ roomName, userId, content }) => {
          if (userId !== bob.auth?.userId) {
            bob.rooms.sendMessage(roomName, `${content} you`).catch(() => undefined);
          }
          read();
        }),
    ],
  ])("shows each message once to who first reads a room when it %s", async (_, onNews) => {
    const [alice, bob] = [await connectedAs(newUser("alice")), await connectedAs(newUser("bob"))];
    const roomName = newUser("room");
    await alice.emitAsync("room:create", { roomName });
    await Promise.all([alice.rooms.joinRoom(roomName), bob.rooms.joinRoom(roomName)]);
    const contents = () => bob.getSnapshot(`timeline:${roomName}`).map(({ content }) => content);
    const told = vi.fn();
    bob.subscribe(`timeline:${roomName}`, told);
    onNews(bob, contents);
    alice.typing.startTyping(roomName);
    await vi.waitFor(() => expect(bob.typing.hasTypingUsers(roomName)).toBe(true));
    await alice.rooms.sendMessage(roomName, "hello");
    await vi.waitFor(() => expect(told).toHaveBeenCalled());
    await alice.rooms.sendMessage(roomName, "bye");
    await vi.waitFor(() => expect(contents()).toContain("bye"));
    expect(contents()).toEqual([...new Set(contents())]);
  });

  it("joins when the connection comes, for all who asked", async () => {
    const client = newClient();
    const joins = [client.rooms.joinRoom("general"), client.rooms.joinRoom("general")];
    await client.connect(`user:${newUser()}`);
    const [first, second] = await Promise.all(joins);
    expect(first).toMatchObject({ name: "general" });
    expect(second).toEqual(first);
    expect(client.rooms.getJoinedRoomNames()).toEqual(["general"]);
  });

  it("rejects a room that does not exist with the server's error", async () => {
    const client = await connectedAs(newUser());
    await expect(client.rooms.joinRoom("nowhere")).rejects.toMatchObject({
      code: "ROOM_NOT_FOUND",
      message: "Room not found",
    });
    expect(client.rooms.isInRoom("nowhere")).toBe(false);
  });

  it("is in its rooms again after a reconnect", async () => {
    const alice = await connectedAs(newUser("alice"));
    const bob = await connectedAs(newUser("bob"));
    await alice.rooms.joinRoom("general");
    await bob.rooms.joinRoom("general");
    await alice.reconnect();
    const content = `after ${newUser()}`;
    const heard = vi.fn();
    alice.rooms.onMessage((message) => message.content === content && heard());
    await vi.waitFor(() => expect(alice.rooms.getRoom("general")?.isJoined).toBe(true));
    await bob.rooms.sendMessage("general", content);
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1));
  });

  it("names members with the time they joined, and tells who comes", async () => {
    const alice = await connectedAs(newUser("alice"));
    await alice.rooms.joinRoom("general");
    const joined = vi.fn();
    alice.rooms.onUserJoin(joined);
    const name = newUser("bob");
    const bob = await connectedAs(name);
    await bob.rooms.joinRoom("general");
    await vi.waitFor(() =>
      expect(joined).toHaveBeenCalledWith("general", expect.objectContaining({ userId: name })),
    );
    const member = alice.rooms.getRoomMembers("general").find((one) => one.userId === name);
    expect(member?.joinedAt).toBeInstanceOf(Date);
    expect(member?.joinedAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });
});
