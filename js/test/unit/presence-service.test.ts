import { describe, expect, it, onTestFinished, vi } from "vitest";
import { SinkKind } from "../../src/sink.js";
import { connected, fresh } from "./fresh.js";

const settings = {
  userId: "me",
  visibility: "everyone",
  showLastSeen: true,
  showOnlineStatus: true,
  allowReadReceipts: true,
  invisibleMode: false,
};

/** A connected client whose server has said who it is, and answers as told. */
async function known(answers: Record<string, unknown> = {}, capabilities = ["presence"]) {
  const made = await connected();
  const { engine, client } = made;
  const asked: unknown[][] = [];
  engine.emitAsync = async (event: string, data: unknown) => {
    asked.push([event, data]);
    const answer = answers[event];
    if (answer instanceof Error) throw answer;
    return answer ?? { userIds: [] };
  };
  engine.connection = { capabilities, isAuthenticated: true };
  engine.sink(SinkKind.Auth, { userId: "me", sessionId: "s", rooms: [] });
  client.presence.setCurrentUserId("me");
  engine.setState("authenticated");
  return { ...made, asked, answers };
}

describe("PresenceService before the module is loaded", () => {
  it("keeps what is chosen and wanted, for the engine to come", async () => {
    const { getPresenceService, initializePresenceService, realtimeClient, fake } = await fresh();
    const presence = getPresenceService({ idleTimeout: 1_000 });
    expect(presence.getStatus()).toBe("online");
    presence.setStatus("dnd");
    expect(presence.getStatus()).toBe("busy");
    presence.setCustomStatus({ text: "In a meeting", expiresAt: new Date(5) });
    expect(presence.getCustomStatus()).toEqual({ text: "In a meeting", expiresAt: new Date(5) });
    presence.clearCustomStatus();
    expect(presence.getCustomStatus()).toBeNull();
    presence.subscribeToUsers(["u1", "u2", "u1"]);
    presence.unsubscribeFromUsers(["u2", "never"]);
    expect(presence.getSubscribedUserIds()).toEqual(["u1"]);
    expect(presence.getPresence("u1")).toBeUndefined();
    expect(presence.getAllPresences()).toEqual(new Map());
    expect(initializePresenceService()).toBe(presence);
    expect(fake.loads).toEqual([]);
    await realtimeClient.connect("a token");
    expect(fake.engine.calls.filter(([name]) => name.startsWith("presence."))).toEqual([
      ["presence.configure", { idleTimeout: 1_000 }],
      ["presence.want", ["u1"], true],
      ["presence.start", true],
      ["presence.setStatus", "dnd"],
      ["presence.setCustomStatus", { customStatus: null }],
    ]);
  });

  it("shows everything to everybody where a user has changed nothing", async () => {
    const { DEFAULT_PRESENCE_SETTINGS } = await fresh();
    expect(DEFAULT_PRESENCE_SETTINGS).toEqual({
      visibility: "everyone",
      showLastSeen: true,
      showOnlineStatus: true,
      allowReadReceipts: true,
      invisibleMode: false,
    });
    expect(Object.isFrozen(DEFAULT_PRESENCE_SETTINGS)).toBe(true);
  });

  it("is initialised until it is destroyed", async () => {
    const { getPresenceService, resetPresenceService } = await fresh();
    const presence = getPresenceService();
    presence.initialize();
    presence.initialize();
    expect(presence.initialized).toBe(true);
    presence.subscribeToUsers(["u1"]);
    presence.destroy();
    expect(presence.initialized).toBe(false);
    expect(presence.getSubscribedUserIds()).toEqual([]);
    resetPresenceService();
    expect(getPresenceService()).not.toBe(presence);
  });
});

describe("PresenceService", () => {
  it("refuses a custom status that ends at no date, and keeps the one before", async () => {
    const { client } = await connected();
    client.presence.setCustomStatus({ text: "Gym" });
    const endless = { text: "Lunch", expiresAt: new Date("noon") };
    const refused = expect.objectContaining({ code: "VALIDATION_ERROR" });
    expect(() => client.presence.setCustomStatus(endless)).toThrow(refused);
  });

  it("wants a user once, however many want them", async () => {
    const { client, engine } = await known();
    client.presence.subscribeToUsers(["u1", "u2"]);
    client.presence.subscribeToUsers(["u1"]);
    client.presence.unsubscribeFromUsers(["u1"]);
    client.presence.unsubscribeFromUsers(["u1"]);
    expect(engine.called("presence.want")).toEqual([
      [["u1", "u2"], true],
      [["u1"], false],
    ]);
  });

  it("asks for nobody where there is no id yet: the server would refuse the others too", async () => {
    const { client, engine } = await known();
    client.presence.subscribeToUsers(["", "u1", "x".repeat(256)]);
    client.presence.unsubscribeFromUsers([""]);
    expect(client.presence.getSubscribedUserIds()).toEqual(["u1"]);
    expect(engine.called("presence.want")).toEqual([[["u1"], true]]);
    engine.answers["presence.fetch"] = async () => [];
    await client.presence.fetchPresence(["", "u1"]);
    expect(engine.called("presence.fetch")).toEqual([[["u1"]]]);
  });

  it("goes on telling how the user is until the last who wanted that is gone", async () => {
    const { client, engine, PresenceService } = await known();
    const other = new PresenceService(client);
    client.presence.initialize();
    other.initialize();
    other.destroy();
    expect(engine.called("presence.start")).toEqual([[true]]);
    client.presence.stopHeartbeat();
    expect(engine.called("presence.start")).toEqual([[true], [false]]);
  });

  it("wants the same of a new engine after a crash", async () => {
    const { client, engine } = await known();
    client.presence.setStatus("busy");
    client.presence.subscribeToUsers(["u1"]);
    engine.trapped = true;
    expect(() => client.presence.setStatus("away")).toThrow();
    engine.calls = [];
    engine.trapped = false;
    client.recover();
    expect(engine.called("presence.setStatus")).toEqual([["busy"]]);
    expect(engine.called("presence.want")).toEqual([[["u1"], true]]);
  });

  it("tells of each user once a frame, however often they changed", async () => {
    const { client, engine } = await known();
    engine.answers["presence.presence"] = (userId: string) => ({
      userId,
      status: "away",
      lastSeenAt: "2026-01-30T12:00:00.000Z",
    });
    const [told, topic, all] = [vi.fn(), vi.fn(), vi.fn()];
    client.presence.onPresenceChange(told);
    client.subscribe("user:u1", topic);
    client.subscribe("presences", all);
    for (let count = 0; count < 100; count += 1) {
      engine.sink(SinkKind.Presence, "u1");
      engine.sink(SinkKind.Presence, "u2");
    }
    expect(told).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
    expect(told).toHaveBeenCalledWith({
      userId: "u1",
      status: "away",
      lastSeenAt: new Date("2026-01-30T12:00:00.000Z"),
    });
    await vi.waitFor(() => expect(all).toHaveBeenCalledTimes(1));
    expect(topic).toHaveBeenCalledTimes(1);
  });

  it("stops telling who was taken off, and goes on telling the others", async () => {
    const { client, engine } = await known();
    engine.answers["presence.presence"] = (userId: string) => ({ userId, status: "away" });
    const [gone, kept] = [vi.fn(), vi.fn()];
    client.presence.onPresenceChange(gone)();
    client.presence.onPresenceChange(kept);
    engine.sink(SinkKind.Presence, "u1");
    await vi.waitFor(() => expect(kept).toHaveBeenCalledTimes(1));
    expect(gone).not.toHaveBeenCalled();
  });

  it("begins and ends its heartbeat, however often either is said", async () => {
    const { client, engine } = await known();
    client.presence.stopHeartbeat();
    client.presence.startHeartbeat();
    client.presence.stopHeartbeat();
    client.presence.stopHeartbeat();
    expect(engine.called("presence.start").at(-1)).toEqual([false]);
    client.presence.startHeartbeat();
    expect(engine.called("presence.start").at(-1)).toEqual([true]);
  });

  it("asks in pages of a hundred, and gives what is known where nobody answers", async () => {
    const { client, engine } = await known();
    const ids = Array.from({ length: 150 }, (_, index) => `u${index}`);
    engine.answers["presence.fetch"] = async (page: string[]) =>
      page.map((userId) => ({ userId, status: "online" }));
    expect((await client.presence.fetchPresence(ids)).size).toBe(150);
    expect(engine.called("presence.fetch").map(([page]) => (page as string[]).length)).toEqual([
      100, 50,
    ]);
    engine.answers["presence.fetch"] = () => Promise.reject(new Error("no"));
    engine.answers["presence.presence"] = { userId: "u1", status: "busy" };
    expect((await client.presence.fetchPresence(["u1"])).get("u1")?.status).toBe("busy");
  });

  it("reads settings and contacts, and again with every connection", async () => {
    const { client, engine, asked } = await known({
      "presence:settings:get": settings,
      "contacts:list": { userIds: ["bob"] },
    });
    await vi.waitFor(() => expect(client.presence.getOwnPresenceSettings()).toEqual(settings));
    await vi.waitFor(() => expect(client.presence.isUserContact("bob")).toBe(true));
    expect(client.presence.getCachedContacts()).toEqual(["bob"]);
    engine.setState("reconnecting");
    engine.setState("authenticated");
    expect(asked.filter(([event]) => event === "contacts:list")).toHaveLength(2);
    engine.receive("presence:settings", { ...settings, invisibleMode: true });
    expect(client.presence.isInvisibleModeEnabled()).toBe(true);
  });

  it("changes what is given and nothing else", async () => {
    const changed = { ...settings, allowReadReceipts: false };
    const { client, asked } = await known({ "presence:settings:update": changed });
    const input = { allowReadReceipts: false };
    expect(await client.presence.updatePresenceSettings("me", input)).toEqual(changed);
    expect(asked.at(-1)).toEqual(["presence:settings:update", input]);
    expect(await client.presence.updatePresenceSettings("bob", input)).toBeNull();
    expect(await client.presence.getPresenceSettings("bob")).toBeNull();
  });

  it("tells nobody what was read where the settings say so and the server does not keep to them", async () => {
    const hidden = { ...settings, allowReadReceipts: false };
    const { client, engine, fake } = await known({ "presence:settings:get": hidden });
    const last = () => engine.called("delivery.configure").at(-1);
    await vi.waitFor(() => expect(last()).toEqual([{ allowReadReceipts: false }]));
    engine.receive("presence:settings", settings);
    expect(last()).toEqual([{ allowReadReceipts: true }]);
    const { hostOf } = await import("../../src/client-host.js");
    hostOf(client).signOut();
    await client.connect("another's token");
    expect(fake.engine).not.toBe(engine);
    expect(fake.engine.called("delivery.configure")).not.toContainEqual([
      expect.objectContaining({ allowReadReceipts: expect.anything() }),
    ]);
  });

  it("leaves receipts to a server that keeps the settings, as it has them", async () => {
    const hidden = { ...settings, allowReadReceipts: false };
    const answers = { "presence:settings:get": settings, "presence:settings:update": hidden };
    const { client, engine } = await known(answers, ["presence", "presence:settings"]);
    await client.presence.changeSettings({ allowReadReceipts: false });
    expect(engine.called("delivery.configure")).toEqual([]);
  });

  it("answers a failed change with null or false, and says why", async () => {
    const { client, answers } = await known();
    const errors = vi.fn();
    client.onError(errors);
    answers["presence:settings:update"] = Object.assign(new Error("no"), {
      code: "TIMEOUT",
      retryable: true,
    });
    expect(await client.presence.setInvisibleMode(true)).toBe(false);
    expect(errors).toHaveBeenCalledWith(expect.objectContaining({ code: "TIMEOUT" }));
  });

  it("keeps the contacts that it knows where reading them fails", async () => {
    const { client, answers } = await known({ "contacts:list": { userIds: ["bob"] } });
    await vi.waitFor(() => expect(client.presence.isUserContact("bob")).toBe(true));
    answers["contacts:list"] = Object.assign(new Error("no"), { code: "TIMEOUT", retryable: true });
    await client.presence.refreshContacts();
    expect(client.presence.isUserContact("bob")).toBe(true);
  });

  it("shows of others what a server shows that keeps the rest back", async () => {
    const { client, engine } = await known();
    const shown = { userId: "bob", status: "busy", customStatus: { text: "Gym" } };
    engine.answers["presence.presence"] = shown;
    expect(await client.presence.canViewPresence("me", "bob")).toEqual({
      canViewPresence: true,
      canViewOnlineStatus: true,
      canViewLastSeen: true,
      isContact: false,
      isInvisible: false,
    });
    expect(await client.presence.canViewPresence("me", "me")).toMatchObject({
      canViewPresence: true,
    });
    expect(await client.presence.canViewPresence("carol", "bob")).toMatchObject({
      canViewPresence: false,
    });
    const [visible] = await client.presence.getVisiblePresence("me", ["bob"]);
    expect(visible).toMatchObject({ ...shown, isFiltered: false });
  });

  it("hides everybody on a server that keeps nothing back, unless settings can be asked for", async () => {
    const { client, engine } = await known({}, []);
    engine.answers["presence.presence"] = { userId: "bob", status: "busy" };
    const [hidden] = await client.presence.getVisiblePresence("me", ["bob"]);
    expect(hidden).toMatchObject({ status: "offline", isFiltered: true });
    client.presence.configure({ enablePrivacyFiltering: false });
    const [whole] = await client.presence.getVisiblePresence("me", ["bob"]);
    expect(whole).toMatchObject({ status: "busy", canViewOnlineStatus: true });
  });

  it("asks a GraphQL endpoint for the settings of others, and for each once a minute", async () => {
    const { client, engine } = await known({}, []);
    engine.answers["presence.presence"] = { userId: "bob", status: "busy" };
    const row = { user_id: "bob", visibility: "contacts", show_online_status: true };
    const fetched = vi.fn(async (_: string, { body }: RequestInit) =>
      Response.json({
        data: String(body).includes("GetPresenceSettings")
          ? { nchat_presence_settings_by_pk: { ...row, show_last_seen: true } }
          : { nchat_direct_messages: [], nchat_contacts: [{ contact_user_id: "me" }] },
      }),
    );
    vi.stubGlobal("fetch", fetched);
    client.presence.configure({ graphqlEndpoint: "https://api.test", getAuthToken: () => "t" });
    for (let count = 0; count < 3; count += 1) {
      const [visible] = await client.presence.getVisiblePresence("me", ["bob"]);
      expect(visible).toMatchObject({ status: "busy", isContact: true });
    }
    expect(fetched).toHaveBeenCalledTimes(2);
    client.presence.clearPrivacyCaches();
    await client.presence.canViewPresence("me", "bob");
    expect(fetched).toHaveBeenCalledTimes(4);
    vi.unstubAllGlobals();
  });

  it("asks that endpoint with that token, whichever of the client's services was told of them", async () => {
    const { client, engine, PresenceService } = await known({}, []);
    engine.answers["presence.presence"] = { userId: "bob", status: "busy" };
    const nothing = { nchat_presence_settings_by_pk: null };
    const none = { nchat_direct_messages: [], nchat_contacts: [], nchat_dm_participants: [] };
    const headers: unknown[] = [];
    vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
      headers.push(init.headers);
      return Response.json({ data: { ...nothing, ...none } });
    });
    new PresenceService(client, { graphqlEndpoint: "https://api.test", getAuthToken: () => "t" });
    new PresenceService(client);
    const [visible] = await client.presence.getVisiblePresence("me", ["bob"]);
    expect(visible?.status).toBe("busy");
    await client.presence.refreshContacts();
    expect(headers).toHaveLength(3);
    for (const one of headers) expect(one).toMatchObject({ Authorization: "Bearer t" });
    vi.unstubAllGlobals();
  });

  it("has the realtime server keep who may know of typing, and the GraphQL endpoint the rest", async () => {
    const kept = { ...settings, broadcastTyping: true, typingVisibility: "everyone" };
    const { client, engine, asked, answers } = await known({}, ["presence:settings"]);
    const row = { user_id: "me", visibility: "nobody", show_last_seen: true };
    const changes: object[] = [];
    vi.stubGlobal("fetch", async (_: string, { body }: RequestInit) => {
      const { query, variables } = JSON.parse(String(body));
      const isChange = query.includes("UpdatePresenceSettings");
      if (isChange) changes.push(variables);
      const key = isChange ? "insert_nchat_presence_settings_one" : "nchat_presence_settings_by_pk";
      return Response.json({ data: { [key]: row } });
    });
    onTestFinished(() => {
      vi.unstubAllGlobals();
    });
    answers["presence:settings:get"] = kept;
    client.presence.configure({ graphqlEndpoint: "https://api.test" });
    const untold = { ...kept, broadcastTyping: false };
    answers["presence:settings:update"] = answers["presence:settings:get"] = untold;
    asked.length = 0;
    const changed = await client.presence.changeSettings({ broadcastTyping: false });
    expect(asked).toEqual([["presence:settings:update", { broadcastTyping: false }]]);
    expect(changes).toEqual([]);
    expect(changed).toMatchObject({ visibility: "nobody", broadcastTyping: false });
    await client.presence.changeSettings({ showLastSeen: true });
    expect(changes).toHaveLength(1);
    // What the server says of its own is not what is kept elsewhere.
    engine.receive("presence:settings", untold);
    await vi.waitFor(() =>
      expect(client.getSnapshot("settings")).toMatchObject({
        visibility: "nobody",
        broadcastTyping: false,
      }),
    );
    expect(asked.filter(([event]) => event === "presence:settings:update")).toHaveLength(1);
  });

  it("knows nothing of one user once the server has named another", async () => {
    const { client, engine } = await known({ "contacts:list": { userIds: ["bob"] } });
    await vi.waitFor(() => expect(client.presence.isUserContact("bob")).toBe(true));
    client.presence.setCustomStatus({ text: "At the doctor's" });
    engine.emitAsync = () => new Promise(() => undefined);
    engine.sink(SinkKind.Auth, { userId: "another", sessionId: "s", rooms: [] });
    expect(client.presence.getCachedContacts()).toEqual([]);
    engine.trapped = true;
    expect(() => client.presence.setStatus("away")).toThrow();
    engine.calls = [];
    engine.trapped = false;
    client.recover();
    expect(engine.called("presence.setCustomStatus")).toEqual([]);
  });

  it("knows nothing of one user when another is there", async () => {
    const { client } = await known({
      "presence:settings:get": { ...settings, invisibleMode: true },
      "contacts:list": { userIds: ["bob"] },
    });
    client.presence.setStatus("busy");
    await vi.waitFor(() => expect(client.presence.isInvisibleModeEnabled()).toBe(true));
    await client.logout();
    expect(client.presence.isInvisibleModeEnabled()).toBe(false);
    expect(client.presence.getCachedContacts()).toEqual([]);
    expect(client.presence.getStatus()).not.toBe("busy");
  });

  it("knows nothing of a user who logged out though another tab keeps what is stored", async () => {
    const { client, engine } = await known({ "contacts:list": { userIds: ["bob"] } });
    await vi.waitFor(() => expect(client.presence.getCachedContacts()).toHaveLength(1));
    const busy = Object.assign(new Error("busy"), { code: "STORAGE_BUSY", retryable: true });
    engine.logout = () => Promise.reject(busy);
    await expect(client.logout()).rejects.toBe(busy);
    expect(client.presence.getCachedContacts()).toEqual([]);
  });
});
