import { describe, expect, it, onTestFinished, vi } from "vitest";
import { SinkKind } from "../../src/sink.js";
import { connected, fresh } from "./fresh.js";

const user = (userId: string) => ({ userId, userName: userId, startedAt: "2026-01-30T12:00:00Z" });

describe("TypingService before the module is loaded", () => {
  it("loads nothing, tells nothing and shows nobody", async () => {
    const { getTypingService, initializeTypingService, resetTypingService, fake } = await fresh();
    const typing = getTypingService();
    expect(initializeTypingService({ typingTimeout: 1_000 })).toBe(typing);
    expect(typing.initialized).toBe(true);
    typing.startTyping("general");
    typing.handleInputChange("general", "Hello");
    typing.stopTyping();
    typing.clearRoomTypingState("general", "channel");
    typing.clearAllTypingState();
    expect(typing.getTypingUsers("general")).toEqual([]);
    expect(typing.getTypingText("general")).toBeNull();
    expect(typing.hasTypingUsers("general")).toBe(false);
    expect(typing.hasTypingUsersInDM("dm-1")).toBe(false);
    expect(typing.getActiveTypingRooms()).toEqual([]);
    expect(typing.currentContext).toBeNull();
    expect(fake.loads).toEqual([]);
    typing.destroy();
    expect(typing.initialized).toBe(false);
    resetTypingService();
    expect(getTypingService()).not.toBe(typing);
  });
});

describe("TypingService", () => {
  it("hands typing on as its place: channel, thread, direct conversation", async () => {
    const { client, engine } = await connected();
    client.typing.startTyping("channel-1");
    client.typing.startTyping("channel-1", "thread-1");
    client.typing.startTypingInThread("channel-1", "thread-1");
    client.typing.startTypingInDM("dm-1", "bob");
    client.typing.handleInputChange("channel-1", "Hello");
    client.typing.handleInputChange("channel-1", " ");
    client.typing.handleDMInputChange("dm-1", "Hello", "bob");
    client.typing.handleDMInputChange("dm-1", "");
    client.typing.stopTyping();
    expect(engine.called("typing.startTyping")).toEqual([
      ["channel-1", "channel", undefined, undefined],
      ["channel-1", "thread", "thread-1", undefined],
      ["channel-1", "thread", "thread-1", undefined],
      ["dm-1", "dm", undefined, "bob"],
      ["channel-1", "channel", undefined, undefined],
      ["dm-1", "dm", undefined, "bob"],
    ]);
    expect(engine.called("typing.stopTyping")).toEqual([
      ["channel-1", undefined],
      ["dm-1", undefined],
      [undefined, undefined],
    ]);
  });

  it("tells listeners of their room at once and on change, and of all rooms", async () => {
    const { client, engine } = await connected();
    engine.answers["typing.snapshot"] = () => ({ users: [], isTyping: false });
    const [room, thread, all] = [vi.fn(), vi.fn(), vi.fn()];
    client.typing.onRoomTypingChange("general", "channel", room);
    client.typing.onRoomTypingChange("general", "thread", thread, "t1");
    client.typing.onTypingChange(all);
    expect(room).toHaveBeenCalledWith("general", [], undefined);
    expect(thread).toHaveBeenCalledWith("general", [], "t1");
    engine.answers["typing.snapshot"] = () => ({ users: [user("bob")], isTyping: false });
    engine.sink(SinkKind.Typing, "general", null);
    const bob = { ...user("bob"), startedAt: new Date("2026-01-30T12:00:00Z") };
    expect(room).toHaveBeenLastCalledWith("general", [bob], undefined);
    expect(all).toHaveBeenLastCalledWith("general", [bob], undefined);
    expect(thread).toHaveBeenCalledTimes(1);
  });

  it("stops telling who was taken off", async () => {
    const { client, engine } = await connected();
    engine.answers["typing.snapshot"] = () => ({ users: [], isTyping: false });
    const [room, all] = [vi.fn(), vi.fn()];
    client.typing.onRoomTypingChange("general", "channel", room)();
    client.typing.onTypingChange(all)();
    engine.sink(SinkKind.Typing, "general", null);
    expect(room).toHaveBeenCalledTimes(1);
    expect(all).not.toHaveBeenCalled();
  });

  it("shows ten at most, counts all in words, and never the current user", async () => {
    const { client, engine } = await connected();
    const names = ["me", ...Array.from({ length: 12 }, (_, index) => `u${index}`)];
    engine.answers["typing.snapshot"] = { users: names.map(user), isTyping: true };
    client.typing.setCurrentUserId("me");
    expect(client.typing.getTypingUsers("general")).toHaveLength(10);
    expect(client.typing.getTypingText("general")).toBe("u0, u1, and 10 others are typing...");
  });

  it("names the places where others type as the documents do", async () => {
    const { client, engine } = await connected();
    engine.answers["typing.places"] = [
      { roomName: "c1", roomType: "channel" },
      { roomName: "c1", roomType: "thread", threadId: "t1" },
      { roomName: "d1", roomType: "dm" },
    ];
    expect(client.typing.getActiveTypingRooms()).toEqual([
      "channel:c1",
      "channel:c1:thread:t1",
      "dm:d1",
    ]);
  });

  it("gives two users' conversation one name", async () => {
    const { TypingService } = await fresh();
    expect(TypingService.getDMRoomKey("bob", "alice")).toBe("alice:bob");
    expect(TypingService.getDMRoomKey("alice", "bob")).toBe("alice:bob");
  });

  it("is told to everyone, until somebody says otherwise, and then by what they said", async () => {
    const { client, engine } = await connected();
    expect(client.typing.privacySettings).toEqual({
      broadcastTyping: true,
      typingVisibility: "everyone",
    });
    client.typing.updatePrivacySettings({ broadcastTyping: false });
    expect(engine.called("typing.configure").at(-1)).toEqual([
      { broadcastTyping: false, restricted: false },
    ]);
    client.typing.updatePrivacySettings({ broadcastTyping: true });
    expect(engine.called("typing.configure").at(-1)).toEqual([
      { broadcastTyping: true, restricted: false },
    ]);
    client.typing.configure({ privacySettings: { broadcastTyping: false } });
    expect(client.typing.privacySettings.broadcastTyping).toBe(false);
    client.typing.configure({ enablePrivacyFiltering: false });
    expect(engine.called("typing.configure").at(-1)).toEqual([
      { broadcastTyping: true, restricted: false },
    ]);
  });

  it("tells nothing that only some may see before the server keeps it from the others", async () => {
    const { client, engine } = await connected();
    let taken: (settings: object) => void = () => undefined;
    engine.emitAsync = () => new Promise((resolve) => (taken = resolve));
    client.typing.updatePrivacySettings({ typingVisibility: "contacts" });
    const last = () => engine.called("typing.configure").at(-1)?.[0];
    expect(last()).toEqual({ broadcastTyping: false, restricted: true });
    taken({ typingVisibility: "contacts" });
    await vi.waitFor(() => expect(last()).toEqual({ broadcastTyping: true, restricted: true }));
    expect(client.typing.privacySettings).toEqual({
      broadcastTyping: true,
      typingVisibility: "contacts",
    });
    client.typing.updatePrivacySettings({ typingVisibility: "nobody" });
    expect(last()).toMatchObject({ broadcastTyping: false });
  });

  it("tells what only some may see once the realtime server keeps it, also where settings are kept behind GraphQL", async () => {
    const { client, engine } = await connected();
    const asked: unknown[][] = [];
    vi.stubGlobal("fetch", async () =>
      Response.json({ data: { nchat_presence_settings_by_pk: null } }),
    );
    onTestFinished(() => {
      vi.unstubAllGlobals();
    });
    let taken: (settings: object) => void = () => undefined;
    engine.emitAsync = (event: string, data: unknown) => {
      asked.push([event, data]);
      return new Promise((resolve) => (taken = resolve));
    };
    client.presence.configure({ graphqlEndpoint: "https://api.test" });
    client.typing.updatePrivacySettings({ typingVisibility: "contacts" });
    expect(asked).toEqual([["presence:settings:update", { typingVisibility: "contacts" }]]);
    const last = () => engine.called("typing.configure").at(-1)?.[0];
    expect(last()).toEqual({ broadcastTyping: false, restricted: true });
    taken({ typingVisibility: "contacts" });
    await vi.waitFor(() => expect(last()).toEqual({ broadcastTyping: true, restricted: true }));
  });

  it("has one say in who may know, whichever of the client's services was told", async () => {
    const { client, engine, TypingService } = await connected();
    new TypingService(client, { privacySettings: { broadcastTyping: false } });
    client.typing.configure({ enablePrivacyFiltering: true });
    expect(engine.called("typing.configure").at(-1)?.[0]).toMatchObject({ broadcastTyping: false });
    expect(client.typing.privacySettings.broadcastTyping).toBe(false);
  });

  it("has nothing set for another user", async () => {
    const { client, engine, fake } = await connected();
    engine.emitAsync = () => Promise.reject(new Error("no connection"));
    client.typing.updatePrivacySettings({ typingVisibility: "contacts" });
    await client.logout();
    expect(client.typing.privacySettings.typingVisibility).toBe("everyone");
    await client.connect("another's token");
    fake.engine.setState("authenticated");
    const asked = fake.engine.called("emitAsync").map(([event]) => event);
    expect(asked).toContain("presence:settings:get");
    expect(asked).not.toContain("presence:settings:update");
  });

  it.each([
    ["the server names", (named: string) => named],
    ["the app names", () => undefined],
  ])("has nothing set for another user whom %s", async (_, whom) => {
    const { client, engine } = await connected();
    const saysWho = (userId?: string) =>
      userId ? engine.sink(SinkKind.Auth, { userId }) : undefined;
    client.initialize({ userId: "alice" });
    saysWho(whom("alice"));
    engine.emitAsync = () => Promise.reject(new Error("no connection"));
    client.typing.updatePrivacySettings({ typingVisibility: "nobody", broadcastTyping: false });
    const update = vi.fn(() => Promise.resolve(null));
    engine.emitAsync = update;
    if (whom("bob")) saysWho("bob");
    else client.initialize({ userId: "bob" });
    engine.setState("authenticated");
    expect(update).not.toHaveBeenCalledWith(
      "presence:settings:update",
      expect.anything(),
      expect.anything(),
    );
    const { broadcastTyping, typingVisibility } = client.typing.privacySettings;
    expect([broadcastTyping, typingVisibility]).toEqual([true, "everyone"]);
    expect(engine.called("typing.configure").at(-1)).toEqual([
      { broadcastTyping: true, restricted: false },
    ]);
  });

  it("tells who listens at a place with an empty thread, which is none", async () => {
    const { client, engine } = await connected();
    engine.answers["typing.snapshot"] = { users: [], isTyping: false };
    const told = vi.fn();
    client.typing.onRoomTypingChange("general", "channel", told, "");
    engine.sink(SinkKind.Typing, "general", null);
    expect(told).toHaveBeenCalledTimes(2);
  });

  it("keeps a set of contacts, for who asks", async () => {
    const { client } = await connected();
    client.typing.setContacts(["a", "b"]);
    client.typing.addContact("c");
    client.typing.removeContact("a");
    expect(["a", "b", "c"].map((id) => client.typing.isContact(id))).toEqual([false, true, true]);
  });
});
