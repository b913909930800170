import { describe, expect, it, vi } from "vitest";
import { SinkKind } from "../../src/sink.js";
import { connected, fresh } from "./fresh.js";

const FIVE = "2026-01-30T05:00:00.000Z";
const SIX = "2026-01-30T06:00:00.000Z";
const message = { roomName: "general", content: "hello" };

describe("RoomsService", () => {
  it("joins, lists and leaves rooms", async () => {
    const { client } = await connected();
    const { rooms } = client;
    const room = await rooms.joinRoom("general");
    expect(room).toMatchObject({ name: "general", type: "channel" });
    expect(rooms.isInRoom("general")).toBe(true);
    expect(rooms.getRoom("general")).toEqual(room);
    expect(rooms.getRoom("unknown")).toBeUndefined();
    expect([...(await rooms.joinRooms(["a", "b"])).keys()]).toEqual(["a", "b"]);
    expect(rooms.getJoinedRoomNames()).toEqual(["general", "a", "b"]);
    rooms.leaveRooms(["a"]);
    expect(rooms.roomCount).toBe(2);
    rooms.leaveAllRooms();
    expect(rooms.roomCount).toBe(0);
  });

  it("leaves out the rooms that could not be joined, and tells why", async () => {
    const { client, engine } = await connected();
    const errors = vi.fn();
    client.onError(errors);
    engine.refusal = Object.assign(new Error("no"), { code: "ROOM_NOT_FOUND", retryable: false });
    expect((await client.rooms.joinRooms(["nowhere"])).size).toBe(0);
    expect(errors).toHaveBeenCalledWith(engine.refusal);
  });

  it("leaves a room whose join still waits for the module, in that order", async () => {
    const { RealtimeClient, fake } = await fresh();
    const client = new RealtimeClient();
    const joining = client.rooms.joinRoom("general");
    client.rooms.leaveRoom("general");
    await joining;
    const methods = fake.engine.calls.map(([method]) => method);
    expect(methods.filter((name) => /(join|leave)Room/.test(name))).toEqual([
      "joinRoom",
      "leaveRoom",
    ]);
    expect(client.rooms.roomCount).toBe(0);
  });

  it("gives members with a Date, and the same objects until they change", async () => {
    const { client, engine } = await connected();
    engine.memberList = [{ userId: "bob", joinedAt: FIVE }];
    const before = client.rooms.getRoomMembers("general");
    expect(before).toEqual([{ userId: "bob", joinedAt: new Date(FIVE) }]);
    engine.memberList = [
      { userId: "bob", joinedAt: FIVE },
      { userId: "eve", joinedAt: SIX },
    ];
    engine.sink(SinkKind.Members, "general");
    const after = client.rooms.getRoomMembers("general");
    expect(after).toHaveLength(2);
    expect(after[0]).toBe(before[0]);
  });

  it("passes a message's options on, and resolves with the receipt", async () => {
    const { client, engine } = await connected();
    engine.answer = { messageId: "msg-123" };
    const options = { threadId: "t", replyTo: "m" };
    const receipt = await client.rooms.sendMessage("general", "hello", options);
    expect(receipt).toEqual({ messageId: "msg-123" });
    expect(engine.called("sendMessage")).toEqual([["general", "hello", options]]);
  });

  it("passes edits, deletions, reactions and paging on, and resolves with the server's answer", async () => {
    const { client, engine } = await connected();
    const { rooms } = client;
    engine.answer = { messageId: "m-1", seq: 9 };
    const answers = await Promise.all([
      rooms.editMessage("general", "m-1", "other", { baseVersion: 2 }),
      rooms.deleteMessage("general", "m-1"),
      rooms.addReaction("general", "m-1", "👍"),
      rooms.removeReaction("general", "m-1", "👍"),
    ]);
    expect(answers).toEqual(Array(4).fill({ messageId: "m-1", seq: 9 }));
    engine.answer = { count: 50, hasMore: true };
    expect(await rooms.loadOlder("general")).toEqual({ count: 50, hasMore: true });
    const names = /^(edit|delete)Message|Reaction$|^loadOlder/;
    expect(engine.calls.filter(([name]) => names.test(name))).toEqual([
      ["editMessage", "general", "m-1", "other", { baseVersion: 2 }],
      ["deleteMessage", "general", "m-1"],
      ["addReaction", "general", "m-1", "👍"],
      ["removeReaction", "general", "m-1", "👍"],
      ["loadOlder", "general"],
    ]);
    await expect(rooms.editMessage("general", "m-1", 5 as never)).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
    });
  });

  it("calls listeners of the room, then of all rooms", async () => {
    const { client, engine } = await connected();
    const order: string[] = [];
    client.rooms.onMessage(() => order.push("all"));
    client.rooms.onRoomMessage("general", () => order.push("general"));
    client.rooms.onRoomMessage("other", () => order.push("other"));
    engine.sink(SinkKind.Message, "general", message);
    expect(order).toEqual(["general", "all"]);
  });

  it("tells a message told in one to the event, the timeline and the room", async () => {
    const { client, engine } = await connected();
    const heard: [string, number][] = [];
    const length = () => client.getSnapshot("timeline:general").length;
    client.on("message:new", () => heard.push(["event", length()]));
    client.rooms.onRoomMessage("general", () => heard.push(["room", length()]));
    expect(length()).toBe(0);
    engine.sink(SinkKind.Next, ["message:new", message], "general", 0, false);
    engine.sink(SinkKind.Next, ["message:new", message], "general", 1, true);
    expect(heard).toEqual([
      ["event", 1],
      ["room", 1],
      ["event", 1],
      ["room", 1],
    ]);
  });

  it("keeps message listeners when the room is left", async () => {
    const { client, engine } = await connected();
    const listener = vi.fn();
    client.rooms.onRoomMessage("general", listener);
    await client.rooms.joinRoom("general");
    client.rooms.leaveRoom("general");
    engine.sink(SinkKind.Message, "general", message);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("tells who joins and leaves, and the room names at once and on change", async () => {
    const { client, engine } = await connected();
    const [joined, left, state] = [vi.fn(), vi.fn(), vi.fn()];
    client.rooms.onUserJoin(joined);
    client.rooms.onUserLeave(left);
    client.rooms.onRoomStateChange(state);
    await client.rooms.joinRoom("general");
    engine.sink(SinkKind.UserJoined, "general", { userId: "bob", joinedAt: FIVE });
    engine.sink(SinkKind.UserLeft, "general", "bob");
    expect(joined).toHaveBeenCalledWith("general", { userId: "bob", joinedAt: new Date(FIVE) });
    expect(left).toHaveBeenCalledWith("general", "bob");
    expect(state.mock.calls).toEqual([[[]], [["general"]]]);
  });

  it("stops calling back with what each subscription returned", async () => {
    const { client, engine } = await connected();
    const listener = vi.fn();
    const detach = [
      client.rooms.onUserJoin(listener),
      client.rooms.onUserLeave(listener),
      client.rooms.onRoomMessage("general", listener),
      client.rooms.onMessage(listener),
      client.rooms.onRoomStateChange(listener),
    ];
    expect(listener.mock.calls).toEqual([[[]]]);
    for (const unsubscribe of detach) unsubscribe();
    await client.rooms.joinRoom("general");
    engine.sink(SinkKind.UserJoined, "general", { userId: "bob", joinedAt: FIVE });
    engine.sink(SinkKind.UserLeft, "general", "bob");
    engine.sink(SinkKind.Message, "general", message);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("does not call a join a failure that was taken back", async () => {
    const { client, engine } = await connected();
    const errors = vi.fn();
    client.onError(errors);
    engine.refusal = Object.assign(new Error("left"), { code: "CANCELLED", retryable: true });
    await client.rooms.joinRooms(["left meanwhile"]);
    expect(errors).not.toHaveBeenCalled();
  });

  it("counts joins under way for maxTrackedRooms", async () => {
    const { client } = await connected();
    client.rooms.configure({ maxTrackedRooms: 2 });
    const joined = await client.rooms.joinRooms(["one", "two", "three"]);
    expect([...joined.keys()]).toEqual(["one", "two"]);
  });

  it("refuses a join beyond maxTrackedRooms, but not of a room joined already", async () => {
    const { client } = await connected();
    client.rooms.configure({ maxTrackedRooms: 1 });
    await client.rooms.joinRoom("one");
    await client.rooms.joinRoom("one");
    await expect(client.rooms.joinRoom("two")).rejects.toMatchObject({ code: "QUEUE_FULL" });
  });
});

describe("the rooms singleton", () => {
  it("is one until it is reset, and honours options of every call", async () => {
    const lib = await fresh();
    const service = lib.getRoomsService({ maxTrackedRooms: 1 });
    expect(lib.initializeRoomsService({ maxTrackedRooms: 2 })).toBe(service);
    expect(service.initialized).toBe(true);
    await service.joinRoom("one");
    await service.joinRoom("two");
    await expect(service.joinRoom("three")).rejects.toMatchObject({ code: "QUEUE_FULL" });
    lib.resetRoomsService();
    expect(service.initialized).toBe(false);
    expect(service.roomCount).toBe(0);
    expect(lib.getRoomsService()).not.toBe(service);
    expect(lib.getRoomsService().roomCount).toBe(2);
  });

  it("takes only its own listeners off when it is reset", async () => {
    const lib = await fresh();
    const [own, others] = [vi.fn(), vi.fn()];
    lib.getRoomsService().onMessage(own);
    lib.realtimeClient.rooms.onMessage(others);
    await lib.realtimeClient.connect("t");
    lib.resetRoomsService();
    lib.fake.engine.sink(SinkKind.Message, "general", message);
    expect(own).not.toHaveBeenCalled();
    expect(others).toHaveBeenCalledTimes(1);
  });
});
