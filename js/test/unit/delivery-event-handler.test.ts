import { describe, expect, it, vi } from "vitest";
import type { DeliveryRecord } from "../../src/index.js";
import { SinkKind } from "../../src/sink.js";
import { connected, fresh } from "./fresh.js";

const record: DeliveryRecord = {
  messageId: "m-1",
  clientMessageId: "c-1",
  channelId: "general",
  state: "sent",
  deliveredCount: 0,
  readCount: 0,
  totalRecipients: 2,
  recipients: [],
  updatedAt: 1,
};

describe("DeliveryEventHandler", () => {
  it("follows messages under both documented names, for one recipient unless told more", async () => {
    const { client, engine } = await connected();
    client.delivery.trackOutgoingMessage("c-1", "general", 3);
    client.delivery.trackOutgoing("c-2", "general");
    expect(engine.called("delivery.trackOutgoingMessage")).toEqual([
      ["c-1", "general", 3],
      ["c-2", "general", 1],
    ]);
  });

  it("refuses a count of recipients that is none", async () => {
    const { client, engine } = await connected();
    for (const count of [-1, 0.5, Number.NaN, "3" as never]) {
      const call = () => client.delivery.trackOutgoing("c-1", "general", count);
      expect(call).toThrow(expect.objectContaining({ code: "VALIDATION_ERROR" }));
    }
    expect(engine.called("delivery.trackOutgoingMessage")).toEqual([]);
  });

  it("acknowledges reading, by message, by place, and all of it", async () => {
    const { client, engine } = await connected();
    client.delivery.acknowledgeRead("m-1", "general");
    client.delivery.acknowledgeReadUpTo("general", 7);
    client.delivery.acknowledgeReadUpTo("general");
    expect(engine.called("delivery.acknowledgeRead")).toEqual([["m-1", "general"]]);
    expect(engine.called("delivery.acknowledgeReadUpTo")).toEqual([
      ["general", 7],
      ["general", undefined],
    ]);
  });

  it("throws NOT_INITIALIZED before the module is loaded, and reads as if nothing were known", async () => {
    const { getDeliveryEventHandler } = await fresh();
    const delivery = getDeliveryEventHandler();
    const calls = [
      () => delivery.trackOutgoing("c-1", "general"),
      () => delivery.acknowledgeRead("m-1", "general"),
      () => delivery.acknowledgeReadUpTo("general"),
    ];
    for (const call of calls) {
      expect(call).toThrow(expect.objectContaining({ code: "NOT_INITIALIZED" }));
    }
    expect(delivery.getRecord("m-1")).toBeUndefined();
    expect(delivery.getUnread("general")).toEqual({ count: 0, mentions: 0, readUpToSeq: 0 });
    expect(delivery.isReady()).toBe(true);
  });

  it("renews the picture of a message under both of its ids, and of no other", async () => {
    const { client, engine } = await connected();
    engine.answers["delivery.record"] = (id: string) => ({ ...record, messageId: id });
    const [byServer, byClient, other] = [vi.fn(), vi.fn(), vi.fn()];
    client.subscribe("delivery:m-1", byServer);
    client.subscribe("delivery:c-1", byClient);
    client.subscribe("delivery:m-2", other);
    const before = client.delivery.getRecord("m-1");
    expect(client.delivery.getRecord("m-1")).toBe(before);
    engine.sink(SinkKind.Delivery, "message:delivered", {
      messageId: "m-1",
      clientMessageId: "c-1",
    });
    await Promise.resolve();
    expect([byServer, byClient, other].map((one) => one.mock.calls.length)).toEqual([1, 1, 0]);
    expect(client.delivery.getRecord("m-1")).toBe(before);
    engine.answers["delivery.record"] = { ...record, state: "delivered" };
    engine.sink(SinkKind.Delivery, "message:delivered", { messageId: "m-1" });
    expect(client.delivery.getRecord("m-1")?.state).toBe("delivered");
  });

  it("renews every picture for a batch, which names no client ids", async () => {
    const { client, engine } = await connected();
    engine.answers["delivery.record"] = record;
    const changed = vi.fn();
    client.subscribe("delivery:c-1", changed);
    client.delivery.getRecord("c-1");
    engine.sink(SinkKind.Delivery, "message:batch-read", {
      channelId: "general",
      messageIds: ["m-1"],
    });
    await Promise.resolve();
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it("renews the picture of a message that the queue tells of", async () => {
    const { client, engine } = await connected();
    engine.answers["delivery.record"] = { ...record, state: "pending" };
    client.subscribe("delivery:c-1", vi.fn());
    expect(client.delivery.getRecord("c-1")?.state).toBe("pending");
    engine.answers["delivery.record"] = { ...record, state: "sending" };
    engine.sink(SinkKind.Queue, "message:sending", { message: { clientMessageId: "c-1" } });
    expect(client.delivery.getRecord("c-1")?.state).toBe("sending");
  });

  it("renews the unread count of the room that changed", async () => {
    const { client, engine } = await connected();
    engine.answers["delivery.unread"] = { count: 1, mentions: 0, readUpToSeq: 4 };
    expect(client.delivery.getUnread("general").count).toBe(1);
    const [here, elsewhere] = [vi.fn(), vi.fn()];
    client.subscribe("unread:general", here);
    client.subscribe("unread:plans", elsewhere);
    engine.answers["delivery.unread"] = { count: 0, mentions: 0, readUpToSeq: 5 };
    engine.sink(SinkKind.Unread, "general");
    await Promise.resolve();
    expect(client.delivery.getUnread("general").count).toBe(0);
    expect(here).toHaveBeenCalledTimes(1);
    expect(elsewhere).not.toHaveBeenCalled();
  });

  it("renews the unread count with a message that is told in one", async () => {
    const { client, engine } = await connected();
    engine.answers["delivery.unread"] = { count: 0, mentions: 0, readUpToSeq: 4 };
    const changed = vi.fn();
    client.subscribe("unread:general", changed);
    expect(client.delivery.getUnread("general").count).toBe(0);
    engine.answers["delivery.unread"] = { count: 1, mentions: 0, readUpToSeq: 4 };
    engine.sink(SinkKind.Next, ["message:new", { roomName: "general" }], "general", 0, false);
    await Promise.resolve();
    expect(client.delivery.getUnread("general").count).toBe(1);
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it("tells subscribers, gives options to the engine, and is one per page", async () => {
    const lib = await fresh();
    await lib.realtimeClient.connect("t");
    const handler = lib.getDeliveryEventHandler({ debug: true, batchReadAck: false });
    const told = vi.fn();
    handler.subscribe(told);
    handler.initialize();
    lib.fake.engine.sink(SinkKind.Delivery, "message:sent", { messageId: "m-1" });
    expect(told.mock.calls).toEqual([["message:sent", { messageId: "m-1" }]]);
    expect(lib.initializeDeliveryHandler({ batchReadInterval: 50 })).toBe(handler);
    expect(lib.fake.engine.called("delivery.configure")).toEqual([
      [{ batchReadAck: false }],
      [{ batchReadInterval: 50 }],
    ]);
    lib.resetDeliveryHandler();
    lib.fake.engine.sink(SinkKind.Delivery, "message:sent", { messageId: "m-2" });
    expect(told).toHaveBeenCalledTimes(1);
    expect(lib.getDeliveryEventHandler()).not.toBe(handler);
  });

  it("asks for states of messages, and resolves with the server's answer", async () => {
    const { client, engine } = await connected();
    await client.delivery.syncDeliveryStatus(["m-1", "c-2"]);
    expect(engine.called("delivery.syncDeliveryStatus")).toEqual([[["m-1", "c-2"]]]);
    await expect(client.delivery.syncDeliveryStatus([1 as never])).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
    });
  });
});
