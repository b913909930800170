import { describe, expect, it, onTestFinished, vi } from "vitest";
import { SinkKind } from "../../src/sink.js";
import { connected, fresh } from "./fresh.js";

const ALICE = { userId: "alice", token: "token-alice" };
const BOB = { userId: "bob", token: "token-bob" };

async function integrated(config = {}) {
  const lib = await fresh();
  const integration = lib.initializeRealtimeIntegration({ ...ALICE, ...config });
  await vi.waitFor(() => expect(integration.isConnected).toBe(true));
  return { ...lib, integration, engine: lib.fake.engine };
}

describe("RealtimeIntegrationService before it is set up", () => {
  it("says that nothing is there, and gives no service", async () => {
    const { getRealtimeIntegration } = await fresh();
    const integration = getRealtimeIntegration();
    expect(integration.initialized).toBe(false);
    expect(integration.getStatus()).toEqual({
      connected: false,
      authenticated: false,
      presenceEnabled: false,
      typingEnabled: false,
      deliveryReceiptsEnabled: false,
      offlineQueueEnabled: false,
      queuedMessageCount: 0,
      connectionQuality: "unknown",
      reconnectAttempts: 0,
    });
    const refusal = { code: "NOT_INITIALIZED", message: /not initialized/ };
    for (const get of [
      () => integration.getRooms(),
      () => integration.getSync(),
      () => integration.getPresence(),
      () => integration.getTyping(),
      () => integration.getDelivery(),
      () => integration.getOfflineQueue(),
      () => integration.updateToken("t"),
      () => integration.updateUserId("u"),
    ]) {
      expect(get).toThrow(expect.objectContaining({ code: refusal.code }));
    }
    await expect(integration.connect("t")).rejects.toThrow(refusal.message);
  });
});

describe("RealtimeIntegrationService", () => {
  it("connects the user with their token, to the address given", async () => {
    const { engine, integration } = await integrated({ realtimeUrl: "http://example.test" });
    const [options] = engine.called("initialize")[0] as [object];
    expect(options).toMatchObject({ url: "http://example.test", userId: "alice" });
    expect(engine.called("connect")).toEqual([["token-alice"]]);
    expect(integration.getConfig()).toMatchObject(ALICE);
  });

  it("has all services, synchronisation among them, and tells the server how the user is", async () => {
    const { integration, engine, SyncService, PresenceService } = await integrated();
    expect(integration.getSync()).toBeInstanceOf(SyncService);
    expect(integration.getPresence()).toBeInstanceOf(PresenceService);
    const services = [
      integration.getRooms(),
      integration.getSync(),
      integration.getPresence(),
      integration.getTyping(),
      integration.getDelivery(),
      integration.getOfflineQueue(),
    ];
    expect(services.every((service) => service.initialized)).toBe(true);
    expect(engine.called("presence.start")).toEqual([[true]]);
  });

  it("has only those that are enabled, and says which are not", async () => {
    const { integration, engine } = await integrated({
      enablePresence: false,
      enableTyping: false,
      enableDeliveryReceipts: false,
      enableOfflineQueue: false,
    });
    expect(() => integration.getPresence()).toThrow("Presence service is not enabled");
    expect(() => integration.getTyping()).toThrow("Typing service is not enabled");
    expect(() => integration.getDelivery()).toThrow("Delivery receipts service is not enabled");
    expect(() => integration.getOfflineQueue()).toThrow("Offline queue service is not enabled");
    expect(integration.getStatus()).toMatchObject({ presenceEnabled: false, connected: true });
    expect(engine.called("presence.start")).toEqual([]);
  });

  it("takes what the environment switches off for not enabled, unless the app enables it", async () => {
    vi.stubEnv("NEXT_PUBLIC_FEATURE_USER_PRESENCE", "false");
    vi.stubEnv("NEXT_PUBLIC_FEATURE_OFFLINE_QUEUE", "false");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const { integration } = await integrated({ enableOfflineQueue: true });
    expect(integration.getStatus()).toMatchObject({
      presenceEnabled: false,
      typingEnabled: true,
      deliveryReceiptsEnabled: true,
      offlineQueueEnabled: true,
    });
  });

  it("waits for a token, or to be asked, before it connects", async () => {
    const { initializeRealtimeIntegration, init, fake } = await fresh();
    await init();
    const integration = initializeRealtimeIntegration({ userId: "alice" });
    await expect(integration.connect()).rejects.toThrow("No auth token provided");
    initializeRealtimeIntegration({ autoConnect: false, token: "a" });
    expect(integration.isConnected).toBe(false);
    await integration.connect();
    expect(fake.engine.called("connect")).toEqual([["a"]]);
  });

  it("does nothing when it is set up again with the same", async () => {
    const { integration, engine, initializeRealtimeIntegration } = await integrated();
    const presence = integration.getPresence();
    integration.disconnect();
    initializeRealtimeIntegration({ ...ALICE });
    expect(integration.getPresence()).toBe(presence);
    expect(engine.called("connect")).toHaveLength(1);
  });

  it("shows a new token of the same user to the server, on the same connection", async () => {
    const { integration, engine } = await integrated();
    integration.updateToken("fresh");
    expect(engine.called("updateToken")).toEqual([["fresh"]]);
    expect(engine.called("connect")).toHaveLength(1);
  });

  it("asks for a token at every attempt where it is given a function, and takes a later token in its place", async () => {
    const { initializeRealtimeIntegration, fake } = await fresh();
    const getToken = async () => "asked for";
    const integration = initializeRealtimeIntegration({ userId: "alice", getToken });
    await vi.waitFor(() => expect(integration.isConnected).toBe(true));
    expect(fake.engine.called("connect")).toEqual([[getToken]]);
    integration.updateToken("given");
    expect(fake.engine.called("updateToken")).toEqual([["given"]]);
    expect(integration.getConfig()).toEqual({ userId: "alice", token: "given" });
  });

  it("gives another user a connection of their own", async () => {
    const { fake, engine, initializeRealtimeIntegration } = await integrated();
    initializeRealtimeIntegration(BOB);
    await vi.waitFor(() => expect(fake.engines).toHaveLength(2));
    expect(engine.called("destroy")).toHaveLength(1);
    expect(fake.engine.called("initialize")[0]).toEqual([
      expect.objectContaining({ userId: "bob" }),
    ]);
    await vi.waitFor(() => expect(fake.engine.called("connect")).toEqual([["token-bob"]]));
  });

  it("never shows one user's token for another", async () => {
    const { integration } = await integrated();
    integration.updateUserId("bob");
    await expect(integration.connect()).rejects.toThrow("No auth token provided");
  });

  it("connects who signs in again after a logout, with the token given then", async () => {
    const { integration, realtimeClient, initializeRealtimeIntegration, fake } = await integrated();
    await realtimeClient.logout();
    expect(integration.getConfig()).toEqual({});
    initializeRealtimeIntegration({ ...ALICE, token: "second" });
    await vi.waitFor(() => expect(integration.isConnected).toBe(true));
    expect(fake.engine.called("connect")).toEqual([["second"]]);
    expect(fake.engine.called("initialize")).toEqual([
      [expect.objectContaining({ userId: "alice" })],
    ]);
  });

  it("never reconnects who was logged out", async () => {
    const { integration, realtimeClient } = await integrated();
    await realtimeClient.logout();
    await expect(integration.reconnect()).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
    await expect(integration.connect()).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
    expect(integration.isConnected).toBe(false);
  });

  it("connects nobody under the name of who was logged out", async () => {
    const { integration, realtimeClient, initializeRealtimeIntegration, fake } = await integrated();
    await realtimeClient.logout();
    initializeRealtimeIntegration({ token: BOB.token });
    await vi.waitFor(() => expect(integration.isConnected).toBe(true));
    expect(fake.engine.called("connect")).toEqual([["token-bob"]]);
    const given = fake.engine.called("initialize").map(([options]) => options);
    for (const options of given) expect(options).not.toHaveProperty("userId", "alice");
  });

  it("keeps a failure to connect out of the app's way: it is in the status", async () => {
    const { initializeRealtimeIntegration, fake, realtimeClient } = await fresh();
    fake.loadError = new Error("no module");
    const reported = vi.spyOn(console, "error").mockReturnValue();
    const integration = initializeRealtimeIntegration(ALICE);
    await vi.waitFor(() => expect(realtimeClient.state).toBe("error"));
    expect(integration.getStatus().connected).toBe(false);
    expect(reported).not.toHaveBeenCalled();
  });

  it("reconnects a client that the app connected itself, with the token it has", async () => {
    const { realtimeClient, initializeRealtimeIntegration, fake } = await fresh();
    await realtimeClient.connect("the app's");
    const integration = initializeRealtimeIntegration();
    await integration.reconnect();
    expect(integration.isConnected).toBe(true);
    expect(fake.engine.called("disconnect")).toHaveLength(1);
    expect(fake.engine.called("connect")).toEqual([["the app's"], ["the app's"]]);
  });

  it("leaves a connection alone that it has no token to replace", async () => {
    const { realtimeClient, initializeRealtimeIntegration } = await fresh();
    await realtimeClient.connect();
    const integration = initializeRealtimeIntegration();
    await expect(integration.reconnect()).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
    expect(integration.isConnected).toBe(true);
    integration.destroy();
    await expect(integration.reconnect()).rejects.toMatchObject({ code: "NOT_INITIALIZED" });
  });

  it("tells the status at once, then when a part of it changes: connection, quality, what waits", async () => {
    const { integration, engine } = await integrated();
    const told: unknown[] = [];
    integration.onStatusChange((status) => told.push(status));
    expect(told).toEqual([integration.getStatus()]);
    engine.connection = { ...engine.connection, connectionQuality: "good" };
    engine.sink(SinkKind.Connection);
    await Promise.resolve();
    engine.answers["queue.snapshot"] = { length: 2, isFlushing: false };
    engine.sink(SinkKind.Queue, "message:queued", {});
    await Promise.resolve();
    engine.sink(SinkKind.Connection);
    await Promise.resolve();
    engine.setState("disconnected");
    await Promise.resolve();
    expect(told.slice(1)).toEqual([
      expect.objectContaining({ connectionQuality: "good", queuedMessageCount: 0 }),
      expect.objectContaining({ queuedMessageCount: 2, connected: true }),
      expect.objectContaining({ connected: false }),
    ]);
  });

  it("tells a change also where somebody asked for the status before it was told", async () => {
    const { integration, engine } = await integrated();
    const [told, watching, later] = [vi.fn(), vi.fn(), vi.fn()];
    integration.onStatusChange(told);
    integration.watch(watching);
    engine.connection = { ...engine.connection, connectionQuality: "good" };
    engine.sink(SinkKind.Connection);
    const status = integration.getStatus();
    integration.onStatusChange(later);
    await Promise.resolve();
    expect(told.mock.calls.slice(1)).toEqual([[status]]);
    expect(watching).toHaveBeenCalledTimes(1);
    expect(later.mock.calls).toEqual([[status]]);
  });

  it("gives the identical status, frozen, until something changes", async () => {
    const { integration, engine } = await integrated();
    const status = integration.getStatus();
    expect(Object.isFrozen(status)).toBe(true);
    expect(integration.getStatus()).toBe(status);
    engine.setState("disconnected");
    expect(integration.getStatus()).not.toBe(status);
  });

  it("disconnects and takes its listeners off when it is reset, and others' stay", async () => {
    const { integration, engine, realtimeClient, resetRealtimeIntegration } = await integrated();
    const [told, others] = [vi.fn(), vi.fn()];
    integration.getRooms().onMessage(told);
    integration.onStatusChange(told);
    realtimeClient.rooms.onMessage(others);
    told.mockClear();
    resetRealtimeIntegration();
    engine.sink(SinkKind.Message, "general", { content: "hello" });
    expect(engine.called("disconnect")).toHaveLength(1);
    expect(told).not.toHaveBeenCalled();
    expect(others).toHaveBeenCalledTimes(1);
    expect(integration.initialized).toBe(false);
    expect(integration.getConfig()).toEqual({});
  });

  it("can be set up again after a reset", async () => {
    const lib = await integrated();
    lib.resetRealtimeIntegration();
    lib.initializeRealtimeIntegration(BOB);
    await vi.waitFor(() => expect(lib.integration.isConnected).toBe(true));
    expect(lib.fake.engine.called("connect").at(-1)).toEqual(["token-bob"]);
  });

  it("reports nothing of a connection that was given up", async () => {
    const reported = vi.spyOn(console, "error").mockReturnValue();
    const { initializeRealtimeIntegration, resetRealtimeIntegration } = await fresh();
    const integration = initializeRealtimeIntegration(ALICE);
    initializeRealtimeIntegration(BOB);
    await vi.waitFor(() => expect(integration.isConnected).toBe(true));
    resetRealtimeIntegration();
    initializeRealtimeIntegration(ALICE);
    integration.disconnect();
    await new Promise((resolve) => setTimeout(resolve));
    expect(reported).not.toHaveBeenCalled();
  });

  it("leaves nothing of a user to another one who signs in after a reset", async () => {
    const lib = await integrated();
    const { integration, engine } = lib;
    integration.getPresence().setCustomStatus({ text: "At the doctor's" });
    lib.resetRealtimeIntegration();
    lib.initializeRealtimeIntegration({ ...ALICE });
    await vi.waitFor(() => expect(integration.isConnected).toBe(true));
    expect(lib.fake.engine).toBe(engine);
    lib.resetRealtimeIntegration();
    lib.initializeRealtimeIntegration(BOB);
    await vi.waitFor(() => expect(integration.isConnected).toBe(true));
    expect(lib.fake.engine).not.toBe(engine);
    expect(lib.fake.engine.called("presence.setCustomStatus")).toEqual([]);
  });

  it("refuses options that are no object", async () => {
    const { RealtimeIntegrationService, client } = await connected();
    const integration = new RealtimeIntegrationService(client);
    const call = () => integration.initialize("alice" as never);
    expect(call).toThrow(expect.objectContaining({ code: "VALIDATION_ERROR" }));
    expect(integration.initialized).toBe(false);
  });
});
