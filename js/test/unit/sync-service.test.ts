import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ConflictDetectionResult, SyncResult } from "../../src/index.js";
import { SinkKind } from "../../src/sink.js";
import { connected, fresh } from "./fresh.js";

const result: SyncResult = {
  messages: { synced: 10, conflicts: 0, errors: 0 },
  channels: { synced: 3, errors: 0 },
  presence: { synced: 5 },
  queueFlushed: { sent: 2, failed: 0 },
  timestamp: 1,
  duration: 2,
};

const refused = {
  id: "m-1",
  type: "message:edit",
  localData: { messageId: "m-1", content: "made here", baseVersion: 1 },
  remoteData: {
    roomName: "general",
    messageId: "m-1",
    userId: "alice",
    content: "at the server",
    timestamp: "2026-01-30T05:00:00.000Z",
    version: 2,
  },
  localVersion: 1,
  remoteVersion: 2,
  metadata: { channelId: "general", clientMessageId: "e-1" },
};

describe("SyncService", () => {
  it("resolves with the engine's result, and hands the other calls on", async () => {
    const { client, engine } = await connected();
    Object.assign(engine.answers, {
      "sync.syncOnReconnect": Promise.resolve(result),
      "sync.syncMessages": Promise.resolve({ messages: [], conflicts: [] }),
      "sync.syncChannels": Promise.resolve({ synced: 3, errors: 0 }),
      "sync.syncPresence": Promise.resolve({ synced: 1 }),
      "sync.getChannelSyncTimestamp": 5,
    });
    expect(await client.sync.syncOnReconnect()).toEqual(result);
    expect(await client.sync.syncMessages("ch-1")).toEqual({ messages: [], conflicts: [] });
    expect(await client.sync.syncChannels()).toEqual({ synced: 3, errors: 0 });
    expect(await client.sync.syncPresence()).toEqual({ synced: 1 });
    expect(client.sync.getChannelSyncTimestamp("ch-1")).toBe(5);
    client.sync.cancelSync();
    expect(engine.called("sync.syncMessages")).toEqual([["ch-1", undefined]]);
    expect(engine.called("sync.cancelSync")).toEqual([[]]);
  });

  it("is idle before the module is loaded, and has nothing to cancel", async () => {
    const { getSyncService, fake } = await fresh();
    const sync = getSyncService();
    sync.cancelSync();
    expect(sync.syncStatus).toBe("idle");
    expect(sync.isSyncing).toBe(false);
    expect(sync.getLastSyncTimestamp()).toBeNull();
    expect(sync.getChannelSyncTimestamp("ch-1")).toBeNull();
    expect(fake.loads).toEqual([]);
  });

  it("shows progress, and tells of it", async () => {
    const { client, engine } = await connected();
    const told = vi.fn();
    client.sync.subscribe(told);
    const snapshot = { status: "syncing", progress: 30, isSyncing: true, lastSyncTimestamp: null };
    engine.answers["sync.snapshot"] = snapshot;
    engine.sink(SinkKind.Sync, "sync:started");
    engine.sink(SinkKind.Sync, "sync:progress", { progress: 30 });
    expect(client.sync.snapshot).toEqual(snapshot);
    expect(client.sync.isSyncing).toBe(true);
    engine.sink(SinkKind.Sync, "sync:completed", { result });
    expect(told.mock.calls).toEqual([
      ["sync:started", undefined],
      ["sync:progress", { progress: 30 }],
      ["sync:completed", { result }],
    ]);
  });

  it("does nothing by itself where the environment switches that off, unless the app says otherwise", async () => {
    vi.stubEnv("NEXT_PUBLIC_FEATURE_AUTO_SYNC", "false");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const { engine } = await connected();
    expect(engine.called("sync.configure")).toEqual([[{ autoSyncOnReconnect: false }]]);
    const lib = await fresh();
    lib.getSyncService({ autoSyncOnReconnect: true });
    await lib.realtimeClient.connect("t");
    expect(lib.fake.engine.called("sync.configure")).toEqual([[{ autoSyncOnReconnect: true }]]);
  });

  it("gives options to the engine, and is one per page", async () => {
    const lib = await fresh();
    await lib.realtimeClient.connect("t");
    const sync = lib.getSyncService({ autoSyncOnReconnect: true, debug: true });
    expect(lib.initializeSyncService({ syncTimeout: 5 })).toBe(sync);
    expect(lib.fake.engine.called("sync.configure")).toEqual([
      [{ autoSyncOnReconnect: true }],
      [{ syncTimeout: 5 }],
    ]);
    lib.resetSyncService();
    expect(sync.initialized).toBe(false);
    expect(lib.getSyncService()).not.toBe(sync);
  });
});

describe("a conflict", () => {
  const changes = (engine: { calls: unknown[][] }) =>
    engine.calls.filter(([name]) => /^queue\.(update|retry|remove)/.test(String(name)));

  async function conflicting(strategy?: "client-wins" | "server-wins") {
    const { client, engine } = await connected();
    const told: ConflictDetectionResult[] = [];
    client.sync.subscribe((event, data) => {
      if (event === "sync:conflict") told.push(data.conflict);
    });
    client.sync.configure({ conflictStrategy: strategy });
    engine.sink(SinkKind.Sync, "sync:conflict", { conflict: refused });
    const [conflict] = told;
    if (!conflict) throw new Error("nothing was told");
    return { client, engine, told, conflict };
  }

  it("is told once with both texts, their versions, and where it is, however many services listen", async () => {
    const { client, told, conflict } = await conflicting();
    expect(told).toHaveLength(1);
    expect(conflict).toMatchObject({
      hasConflict: true,
      conflictType: "message:edit",
      entity: {
        id: "m-1",
        localData: { content: "made here" },
        remoteData: { content: "at the server" },
        localVersion: 1,
        remoteVersion: 2,
        metadata: { channelId: "general", clientMessageId: "e-1" },
        remoteTimestamp: Date.parse("2026-01-30T05:00:00.000Z"),
      },
    });
    expect(client.conflicts.getStats().pendingConflicts).toBe(1);
  });

  it("keeps the edit in the queue until somebody has chosen", async () => {
    const { engine } = await conflicting();
    expect(changes(engine)).toEqual([]);
  });

  it("sends the text that was chosen as an edit of what the server has", async () => {
    const { client, engine, conflict } = await conflicting();
    const choice = { content: "both of it" };
    expect(client.sync.resolveConflict(conflict, "manual", choice).outcome).toBe("custom");
    expect(changes(engine)).toEqual([
      ["queue.updateQueuedMessage", "e-1", { content: "both of it", baseVersion: 2 }],
      ["queue.retryMessage", "e-1"],
    ]);
    expect(client.conflicts.getStats()).toMatchObject({
      pendingConflicts: 0,
      resolvedConflicts: 1,
    });
  });

  it("drops the edit where the server wins", async () => {
    const { engine } = await conflicting("server-wins");
    expect(changes(engine)).toEqual([["queue.removeFromQueue", "e-1"]]);
  });

  it("sends the own text again where the client wins", async () => {
    const { engine } = await conflicting("client-wins");
    expect(changes(engine)).toEqual([
      ["queue.updateQueuedMessage", "e-1", { content: "made here", baseVersion: 2 }],
      ["queue.retryMessage", "e-1"],
    ]);
  });
});

describe("what is done about conflicts at once", () => {
  const refuse = { conflict: refused };

  it("is forgotten with the page's service", async () => {
    const lib = await fresh();
    await lib.realtimeClient.connect("t");
    lib.getSyncService({ conflictStrategy: "server-wins" });
    lib.resetSyncService();
    lib.fake.engine.sink(SinkKind.Sync, "sync:conflict", refuse);
    expect(lib.realtimeClient.conflicts.getStats().pendingConflicts).toBe(1);
  });

  it("is forgotten with the client", async () => {
    const { client, fake } = await connected();
    client.sync.configure({ conflictStrategy: "server-wins" });
    client.destroy();
    await client.connect("t");
    fake.engine.sink(SinkKind.Sync, "sync:conflict", refuse);
    expect(client.conflicts.getStats().pendingConflicts).toBe(1);
  });
});

describe("whose conflicts they are", () => {
  it("follows server and user, and is remembered over a disconnect", async () => {
    const { client, engine } = await connected();
    const configure = vi.spyOn(client.conflicts, "configure");
    client.initialize({ url: "http://other", userId: "alice" });
    engine.sink(SinkKind.Auth, { userId: "bob", sessionId: "s", rooms: [] });
    engine.sink(SinkKind.Auth, null);
    expect(configure.mock.calls).toEqual([
      [{ serverUrl: "http://other", userId: "alice" }],
      [{ serverUrl: "http://other", userId: "bob" }],
    ]);
  });

  it("is nobody's after logout, which clears them", async () => {
    const { client, engine } = await connected();
    client.initialize({ userId: "alice" });
    engine.sink(SinkKind.Sync, "sync:conflict", { conflict: refused });
    expect(client.conflicts.getHistory()).toHaveLength(1);
    await client.logout();
    expect(client.conflicts.getHistory()).toEqual([]);
    const configure = vi.spyOn(client.conflicts, "configure");
    client.initialize({ userId: "alice" });
    expect(configure).toHaveBeenCalledTimes(1);
  });
});
