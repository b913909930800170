import { describe, expect, it, vi } from "vitest";
import type { QueuedMessage } from "../../src/index.js";
import { SinkKind } from "../../src/sink.js";
import { connected, fresh } from "./fresh.js";

const queued: QueuedMessage = {
  id: "c-1",
  clientMessageId: "c-1",
  kind: "message:send",
  channelId: "general",
  content: "hello",
  timestamp: 1,
  retries: 0,
  status: "pending",
  persisted: false,
};
const counts = { pending: 1, inFlight: 0, failed: 0, isLeader: true, persisted: true };

describe("OfflineQueueService before the module is loaded", () => {
  it("reads as an empty queue", async () => {
    const { getOfflineQueueService } = await fresh();
    const queue = getOfflineQueueService();
    expect(queue.getQueuedMessages()).toEqual([]);
    expect(queue.getQueuedMessage("c-1")).toBeUndefined();
    expect(queue.getQueueLength()).toBe(0);
    expect(queue.isEmpty()).toBe(true);
    expect(queue.flushing).toBe(false);
  });

  it("throws NOT_INITIALIZED from calls that change it, and says what to do", async () => {
    const { realtimeClient } = await fresh();
    const { queue } = realtimeClient;
    const calls = [
      () => queue.queueMessage({ channelId: "general", content: "hello" }),
      () => queue.removeFromQueue("c-1"),
      () => queue.updateQueuedMessage("c-1", { content: "other" }),
      () => queue.retryMessage("c-1"),
      () => queue.clearQueue(),
    ];
    for (const call of calls) {
      expect(call).toThrow(expect.objectContaining({ code: "NOT_INITIALIZED" }));
      expect(call).toThrow(/await init\(\)/);
    }
  });

  it("reads what earlier visits left as soon as somebody has loaded the module, when it was initialised", async () => {
    const { initializeOfflineQueue, init, fake } = await fresh();
    initializeOfflineQueue();
    expect(fake.loads).toEqual([]);
    await init();
    await vi.waitFor(() => expect(fake.engines).toHaveLength(1));
  });

  it("does so at once where the module is there", async () => {
    const { initializeOfflineQueue, init, fake } = await fresh();
    await init();
    initializeOfflineQueue();
    await vi.waitFor(() => expect(fake.engines).toHaveLength(1));
  });

  it("makes no engine for a queue that was reset meanwhile", async () => {
    const { initializeOfflineQueue, resetOfflineQueue, init, fake } = await fresh();
    const loading = init();
    initializeOfflineQueue();
    resetOfflineQueue();
    await loading;
    await Promise.resolve();
    expect(fake.engines).toEqual([]);
  });
});

describe("OfflineQueueService", () => {
  it("returns the queued message in the same call", async () => {
    const { client, engine } = await connected();
    engine.answers["queue.queueMessage"] = queued;
    const input = { channelId: "general", content: "hello", type: "text" } as const;
    expect(client.queue.queueMessage(input)).toEqual(queued);
    expect(engine.called("queue.queueMessage")).toEqual([[input]]);
  });

  it("passes a refusal on as it is", async () => {
    const { client, engine } = await connected();
    const refusal = Object.assign(new Error("full"), { code: "QUEUE_FULL", retryable: false });
    engine.answers["queue.queueMessage"] = () => {
      throw refusal;
    };
    expect(() => client.queue.queueMessage({ channelId: "general", content: "" })).toThrow(refusal);
  });

  it("answers queries, also of one channel", async () => {
    const { client, engine } = await connected();
    const other = { ...queued, id: "c-2", channelId: "plans" };
    engine.answers["queue.getQueuedMessages"] = [queued, other];
    engine.answers["queue.getQueuedMessage"] = (id: string) => (id === "c-1" ? queued : undefined);
    expect(client.queue.getQueuedMessages()).toHaveLength(2);
    expect(client.queue.getQueuedMessagesForChannel("plans")).toEqual([other]);
    expect(client.queue.getQueuedMessage("c-1")).toEqual(queued);
    expect(client.queue.getQueuedMessage("c-9")).toBeUndefined();
  });

  it("cancels, changes, retries, clears and flushes", async () => {
    const { client, engine } = await connected();
    Object.assign(engine.answers, {
      "queue.removeFromQueue": true,
      "queue.updateQueuedMessage": false,
      "queue.retryMessage": true,
      "queue.clearQueue": 3,
      "queue.flushQueue": Promise.resolve({ sent: 2, failed: 1 }),
    });
    expect(client.queue.removeFromQueue("c-1")).toBe(true);
    expect(client.queue.updateQueuedMessage("c-1", { content: "other" })).toBe(false);
    expect(client.queue.retryMessage("c-1")).toBe(true);
    expect(client.queue.clearQueue()).toBe(3);
    expect(await client.queue.flushQueue()).toEqual({ sent: 2, failed: 1 });
    expect(engine.called("queue.updateQueuedMessage")).toEqual([["c-1", { content: "other" }]]);
  });

  it("refuses an id that is no string before it reaches the module", async () => {
    const { client, engine } = await connected();
    const call = () => client.queue.removeFromQueue(1 as never);
    expect(call).toThrow(expect.objectContaining({ code: "VALIDATION_ERROR" }));
    expect(engine.called("queue.removeFromQueue")).toEqual([]);
  });

  it("shows counts that are frozen, and the same object until they change", async () => {
    const { client, engine } = await connected();
    engine.answers["queue.snapshot"] = () => ({ length: 1, isFlushing: true, ...counts });
    const before = client.queue.snapshot;
    expect(Object.isFrozen(before)).toBe(true);
    expect(client.queue.getQueueLength()).toBe(1);
    expect(client.queue.flushing).toBe(true);
    engine.sink(SinkKind.Queue, "message:queued", { message: queued });
    expect(client.queue.snapshot).toBe(before);
    engine.answers["queue.snapshot"] = () => ({ length: 2, isFlushing: true, ...counts });
    engine.sink(SinkKind.Queue, "message:queued", { message: queued });
    expect(client.queue.getQueueLength()).toBe(2);
  });

  it("tells subscribers once per event, and watchers of the counts once per burst", async () => {
    const { client, engine } = await connected();
    const [told, changed] = [vi.fn(), vi.fn()];
    client.queue.subscribe(told);
    client.subscribe("queue", changed);
    engine.sink(SinkKind.Queue, "queue:flushing", { count: 1 });
    engine.sink(SinkKind.Queue, "message:sent", { message: queued });
    engine.sink(SinkKind.Queue, "queue:flushed", { count: 1 });
    expect(told.mock.calls).toEqual([
      ["queue:flushing", { count: 1 }],
      ["message:sent", { message: queued }],
      ["queue:flushed", { count: 1 }],
    ]);
    await Promise.resolve();
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it("gives its options to the engine, now and to the next one, without those of compatibility", async () => {
    const { client, engine, fake } = await connected();
    client.queue.configure({ maxQueueSize: 5, debug: true, storageKey: "mine" });
    client.queue.configure({ maxRetries: 2, maxQueueSize: undefined });
    expect(engine.called("queue.configure")).toEqual([[{ maxQueueSize: 5 }], [{ maxRetries: 2 }]]);
    client.queue.configure({});
    expect(engine.called("queue.configure")).toHaveLength(2);
    await client.logout();
    expect(engine.called("logout")).toEqual([[]]);
    await client.connect("another's token");
    expect(fake.engine).not.toBe(engine);
    expect(fake.engine.called("queue.configure")).toEqual([[{ maxQueueSize: 5, maxRetries: 2 }]]);
  });

  it("gives options that were set before the module came to the first engine", async () => {
    const { getOfflineQueueService, realtimeClient, fake } = await fresh();
    getOfflineQueueService({ maxQueueSize: 7 });
    await realtimeClient.connect("t");
    expect(fake.engine.called("queue.configure")).toEqual([[{ maxQueueSize: 7 }]]);
    expect(fake.engine.called("delivery.configure")).toEqual([]);
  });

  it("is one per page until it is reset, and honours options of every call", async () => {
    const lib = await fresh();
    await lib.realtimeClient.connect("t");
    const service = lib.getOfflineQueueService({ maxQueueSize: 1 });
    const told = vi.fn();
    service.subscribe(told);
    expect(lib.initializeOfflineQueue({ maxQueueSize: 2 })).toBe(service);
    expect(lib.fake.engine.called("queue.configure")).toEqual([
      [{ maxQueueSize: 1 }],
      [{ maxQueueSize: 2 }],
    ]);
    lib.resetOfflineQueue();
    lib.fake.engine.sink(SinkKind.Queue, "queue:cleared", { count: 0 });
    expect(service.initialized).toBe(false);
    expect(told).not.toHaveBeenCalled();
    expect(lib.getOfflineQueueService()).not.toBe(service);
  });
});
