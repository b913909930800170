import { describe, expect, it, onTestFinished, vi } from "vitest";
import { SinkKind } from "../../src/sink.js";
import { connected, fresh } from "./fresh.js";

describe("RealtimeClient before the module is loaded", () => {
  it("answers its getters with the initial values", async () => {
    const { realtimeClient } = await fresh();
    expect(realtimeClient).toMatchObject({
      state: "disconnected",
      isConnected: false,
      isAuthenticated: false,
      isOnline: true,
      wasOffline: false,
      socketId: undefined,
      auth: null,
      reconnectAttemptCount: 0,
      connectionQuality: "unknown",
      averageLatency: null,
    });
  });

  it("is disconnected after initialize, with options and without, and after disconnect", async () => {
    const { RealtimeClient, fake } = await fresh();
    const client = new RealtimeClient();
    client.initialize();
    expect(client).toMatchObject({ state: "disconnected", isConnected: false });
    client.initialize({ url: "http://one", timeout: 5_000, debug: true });
    client.disconnect();
    expect(client).toMatchObject({ state: "disconnected", isConnected: false });
    expect(fake.loads).toEqual([]);
  });

  it("throws NOT_INITIALIZED from calls that need it, and says what to do", async () => {
    const { realtimeClient: client, isRealtimeError } = await fresh();
    const calls = [
      () => client.emit("x"),
      () => client.updateToken("t"),
      () => client.sendTyping("general", true),
      () => client.clearWasOffline(),
      () => client.recover(),
    ];
    for (const call of calls) {
      expect(call).toThrow(expect.objectContaining({ code: "NOT_INITIALIZED" }));
      expect(call).toThrow(/await init\(\)/);
    }
    expect(isRealtimeError(new Error("another"))).toBe(false);
  });

  it("has nothing to do for disconnect, leaving and destroy", async () => {
    const { realtimeClient, fake } = await fresh();
    realtimeClient.disconnect();
    realtimeClient.leaveChannel("general");
    realtimeClient.destroy();
    expect(fake.loads).toEqual([]);
  });

  it("keeps options for later, and lays them over the default address", async () => {
    const { RealtimeClient, fake } = await fresh();
    const client = new RealtimeClient();
    client.initialize({ url: "http://one", debug: undefined });
    client.initialize({ url: undefined, timeout: 5 });
    await client.connect("t");
    expect(fake.engine.called("initialize")).toEqual([[{ url: "http://one", timeout: 5 }]]);
    const other = new RealtimeClient();
    await other.connect("t");
    expect(fake.engine.called("initialize")).toEqual([[{ url: "http://localhost:3101" }]]);
  });

  it("loads the module for connect, whoever calls it first and however often", async () => {
    const { RealtimeClient, fake } = await fresh();
    const client = new RealtimeClient();
    await Promise.all([client.connect("t"), client.connect("t"), client.emitAsync("x")]);
    expect(fake.loads).toHaveLength(1);
    expect(fake.engines).toHaveLength(1);
  });

  it("gives up a connect that disconnect overtook while the module was loading", async () => {
    const { RealtimeClient, fake } = await fresh();
    const client = new RealtimeClient();
    const connecting = client.connect("t");
    client.disconnect();
    await expect(connecting).rejects.toMatchObject({ code: "CANCELLED" });
    expect(fake.engine.called("connect")).toEqual([]);
  });

  it("is connecting while the module is loading, until it is told to disconnect", async () => {
    const { RealtimeClient } = await fresh();
    const client = new RealtimeClient();
    const connecting = client.connect("t").catch(() => undefined);
    expect(client.connection.state).toBe("connecting");
    client.disconnect();
    expect(client.connection.state).toBe("disconnected");
    await connecting;
    expect(client.connection.state).toBe("disconnected");
  });

  it("shows a module that cannot be loaded as an error, and recovers on the next connect", async () => {
    const { RealtimeClient, fake } = await fresh();
    const client = new RealtimeClient();
    const errors = vi.fn();
    client.onError(errors);
    fake.loadError = new Error("404");
    await expect(client.connect("t")).rejects.toMatchObject({ code: "INIT_FAILED" });
    expect(client.connection).toMatchObject({ state: "error", error: { code: "INIT_FAILED" } });
    expect(errors).toHaveBeenCalledTimes(1);
    fake.loadError = undefined;
    await client.connect("t");
    expect(client.state).toBe("connected");
  });
});

describe("RealtimeClient where the module cannot be loaded in a browser", () => {
  /** A client whose first attempt has failed, and what the browser would tell. */
  async function unloaded() {
    const heard = new Map<string, () => void>();
    vi.stubGlobal("addEventListener", (name: string, listener: () => void) =>
      heard.set(name, listener),
    );
    vi.stubGlobal("removeEventListener", (name: string) => heard.delete(name));
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    });
    const lib = await fresh();
    const client = new lib.RealtimeClient();
    lib.fake.loadError = new Error("no network");
    await expect(client.connect("t")).rejects.toMatchObject({ code: "INIT_FAILED" });
    return { ...lib, client, heard };
  }

  it("tries again after a while, longer after each failure, until it is there", async () => {
    const { client, fake } = await unloaded();
    await vi.advanceTimersByTimeAsync(60_000);
    const { length } = fake.loads;
    expect(length).toBeGreaterThan(3);
    expect(length).toBeLessThan(12);
    fake.loadError = undefined;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(client.state).toBe("connected");
    expect(fake.engine.called("connect")).toEqual([["t"]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("tries at once when the browser is online again", async () => {
    const { client, fake, heard } = await unloaded();
    fake.loadError = undefined;
    heard.get("online")?.();
    await vi.waitFor(() => expect(client.state).toBe("connected"));
    expect([...heard.keys()]).toEqual([]);
  });

  it.each(["disconnect", "destroy"] as const)("gives up with %s", async (giveUp) => {
    const { client, fake, heard } = await unloaded();
    client[giveUp]();
    fake.loadError = undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fake.loads).toHaveLength(1);
    expect([...heard.keys()]).toEqual([]);
  });

  it("gives up with a disconnect that came while it was loading", async () => {
    const { client, fake } = await unloaded();
    const connecting = client.connect("t").catch(() => undefined);
    client.disconnect();
    await connecting;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fake.loads).toHaveLength(2);
  });
});

describe("RealtimeClient.connect", () => {
  it("takes the token as its only argument, or as the second after a user id", async () => {
    const { client, engine } = await connected();
    await client.connect("user-123", "jwt");
    const ask = async () => "asked";
    await client.connect(ask);
    await client.connect();
    expect(engine.called("connect")).toEqual([["a token"], ["jwt"], [ask], [ask]]);
  });

  it("makes a connection of its own for another token, and for none else", async () => {
    const { client, engine } = await connected();
    await client.connect("a token");
    await client.connect();
    await client.connect(() => "asked at the next attempt");
    expect(engine.called("disconnect")).toEqual([]);
    await client.connect("another's token");
    expect(engine.called("disconnect")).toHaveLength(1);
    expect(engine.called("connect").at(-1)).toEqual(["another's token"]);
    client.updateToken("renewed");
    await client.connect("renewed");
    expect(engine.called("disconnect")).toHaveLength(1);
  });

  it("connects once for tokens that came while the module was loading, with the last of them", async () => {
    const { RealtimeClient, fake } = await fresh();
    const client = new RealtimeClient();
    await Promise.all([client.connect("one"), client.connect("two")]);
    expect(fake.engine.called("connect")).toEqual([["two"], ["two"]]);
    expect(fake.engine.called("disconnect")).toEqual([]);
  });

  it("takes an empty token for none", async () => {
    const { client, engine } = await connected();
    await client.connect("");
    expect(engine.called("connect")).toEqual([["a token"], ["a token"]]);
  });

  it("refuses what is no token, and keeps the one it has", async () => {
    const { client, engine } = await connected();
    const states = vi.fn();
    client.onConnectionStateChange(states);
    states.mockClear();
    await expect(client.connect(5 as never)).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
    expect(states).not.toHaveBeenCalled();
    await client.connect();
    expect(engine.called("connect")).toEqual([["a token"], ["a token"]]);
  });

  it("presents the token of the options, until another one is given", async () => {
    const { RealtimeClient, fake } = await fresh();
    const client = new RealtimeClient();
    client.initialize({ token: "configured" });
    await client.connect();
    client.updateToken("updated");
    await client.connect();
    expect(fake.engine.called("connect")).toEqual([["configured"], ["updated"]]);
    expect(fake.engine.called("initialize")[0]).toEqual([{ url: "http://localhost:3101" }]);
  });
});

describe("RealtimeClient events", () => {
  it("hands on every argument, and the answer function last", async () => {
    const { client, engine } = await connected();
    const listener = vi.fn();
    client.on("question", listener);
    const answer = () => undefined;
    engine.sink(SinkKind.Event, ["question", 1, "two"], answer);
    expect(listener).toHaveBeenCalledWith(1, "two", answer);
  });

  it("calls a callback once however often it was registered, and not after off", async () => {
    const { client, engine } = await connected();
    const listener = vi.fn();
    client.on("news", listener);
    client.on("news", listener);
    engine.receive("news", 1);
    client.off("news", listener);
    engine.receive("news", 2);
    expect(listener.mock.calls).toEqual([[1]]);
  });

  it("stops calling back with what on returned, and calls the others of the event", async () => {
    const { client, engine } = await connected();
    const [gone, kept] = [vi.fn(), vi.fn()];
    const unsubscribe = client.on("news", gone);
    client.on("news", kept);
    unsubscribe();
    unsubscribe();
    engine.receive("news", 1);
    expect(gone).not.toHaveBeenCalled();
    expect(kept.mock.calls).toEqual([[1]]);
  });

  it("calls once listeners once", async () => {
    const { client, engine } = await connected();
    const listener = vi.fn();
    client.once("news", listener);
    engine.receive("news", 1);
    engine.receive("news", 2);
    expect(listener.mock.calls).toEqual([[1]]);
  });

  it("keeps listeners over disconnect, connect and recover", async () => {
    const { client, engine } = await connected();
    const listener = vi.fn();
    client.on("news", listener);
    client.disconnect();
    await client.connect();
    client.recover();
    engine.receive("news", 1);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("survives a listener that destroys the client, and calls nobody after that", async () => {
    const { client, engine } = await connected();
    const second = vi.fn();
    client.on("end", () => client.destroy());
    client.on("end", second);
    engine.receive("end");
    engine.receive("end");
    expect(second).not.toHaveBeenCalled();
    expect(engine.called("destroy")).toHaveLength(1);
  });
});

describe("RealtimeClient.emit", () => {
  it("takes any arguments as socket.io-client does, with the callback last", async () => {
    const { client, engine } = await connected();
    const ack = vi.fn();
    engine.answer = { success: true };
    client.emit("none");
    client.emit("data", { a: 1 });
    client.emit("documented", { a: 1 }, undefined);
    client.emit("null", undefined, ack);
    client.emit("ack", ack);
    client.emit("many", 1, 2, 3, ack);
    expect(engine.called("emit")).toEqual([
      ["none", []],
      ["data", [{ a: 1 }]],
      ["documented", [{ a: 1 }]],
      ["null", [undefined]],
      ["ack", []],
      ["many", [1, 2, 3]],
    ]);
    expect(ack).toHaveBeenCalledTimes(3);
    expect(ack).toHaveBeenCalledWith({ success: true });
  });

  it("reports what an answer's callback throws, and throws nothing itself", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { client } = await connected();
    client.emit("x", () => {
      throw new Error("from an answer");
    });
    expect(report.mock.calls[0]?.[0]).toMatchObject({ message: "from an answer" });
  });

  it("waits 10 seconds for the answer to emitAsync unless told otherwise", async () => {
    const { client, engine } = await connected();
    engine.answer = { id: 7 };
    await expect(client.emitAsync("x", { a: 1 })).resolves.toEqual({ id: 7 });
    await client.emitAsync("x", null, 50);
    expect(engine.called("emitAsync")).toEqual([
      ["x", { a: 1 }, 10_000],
      ["x", null, 50],
    ]);
  });

  it("has the plugin guide's names", async () => {
    const { client, engine } = await connected();
    client.sendTyping("c1", true);
    client.sendTyping("c1", false);
    client.updatePresence("away");
    await client.joinChannel("c1");
    client.leaveChannel("c1");
    expect(engine.called("typing.startTyping")).toEqual([["c1", "channel"]]);
    expect(engine.called("typing.stopTyping")).toEqual([["c1"]]);
    expect(engine.called("presence.setStatus")).toEqual([["away"]]);
    expect(engine.called("joinRoom")).toEqual([["c1"]]);
    expect(engine.called("leaveRoom")).toEqual([["c1"]]);
  });
});

describe("RealtimeClient status listeners", () => {
  it("tells the state at once, then on every change only", async () => {
    const { RealtimeClient, fake } = await fresh();
    const client = new RealtimeClient();
    const states: string[] = [];
    client.onConnectionStateChange((state) => states.push(state));
    await client.connect("t");
    fake.engine.setState("connected");
    fake.engine.setState("authenticated");
    expect(states).toEqual(["disconnected", "connecting", "connected", "authenticated"]);
  });

  it("shows a state listener the state that it is told", async () => {
    const { client, engine } = await connected();
    const seen: boolean[] = [];
    client.onConnectionStateChange(() => seen.push(client.isConnected));
    engine.setState("reconnecting");
    expect(seen).toEqual([true, false]);
  });

  it("calls any number of listeners, each until it is taken off", async () => {
    const { client, engine } = await connected();
    const [gone, kept] = [vi.fn(), vi.fn()];
    const detach = [
      client.onConnectionStateChange(gone),
      client.onError(gone),
      client.onOfflineStatusChange(gone),
      client.onReconnection(gone),
    ];
    client.onConnectionStateChange(kept);
    expect([gone.mock.calls, kept.mock.calls]).toEqual([[["connected"], [true]], [["connected"]]]);
    for (const unsubscribe of detach) unsubscribe();
    engine.setState("reconnecting");
    engine.sink(SinkKind.Error, { code: "CONNECTION_ERROR", message: "m", retryable: true });
    engine.sink(SinkKind.Online, false);
    engine.sink(SinkKind.Reconnection, 1, false);
    expect(gone).toHaveBeenCalledTimes(2);
    expect(kept).toHaveBeenLastCalledWith("reconnecting");
  });

  it("tells errors, the network and reconnections", async () => {
    const { client, engine } = await connected();
    const [error, online, reconnection] = [vi.fn(), vi.fn(), vi.fn()];
    client.onError(error);
    client.onOfflineStatusChange(online);
    client.onReconnection(reconnection);
    engine.sink(SinkKind.Error, { code: "CONNECTION_ERROR", message: "m", retryable: true });
    engine.sink(SinkKind.Online, false);
    engine.sink(SinkKind.Reconnection, 3, true);
    expect(error).toHaveBeenCalledWith({ code: "CONNECTION_ERROR", message: "m", retryable: true });
    expect(online.mock.calls).toEqual([[true], [false]]);
    expect(reconnection).toHaveBeenCalledWith(3, true);
  });

  it("tells the network also before anything connects", async () => {
    const { RealtimeClient, fake, init } = await fresh();
    const client = new RealtimeClient();
    const online = vi.fn();
    client.onOfflineStatusChange(online);
    expect(fake.loads).toEqual([]);
    await init();
    client.onOfflineStatusChange(() => undefined);
    await vi.waitFor(() => expect(fake.engines).toHaveLength(1));
    fake.engine.sink(SinkKind.Online, false);
    expect(online.mock.calls).toEqual([[true], [false]]);
    expect(fake.engine.called("connect")).toEqual([]);
  });

  it("keeps the identical snapshot until something changes", async () => {
    const { client, engine } = await connected();
    const before = client.connection;
    engine.sink(SinkKind.Connection);
    expect(client.connection).toBe(before);
    engine.connection.averageLatency = 12;
    engine.sink(SinkKind.Connection);
    expect(client.connection).not.toBe(before);
    expect(client.averageLatency).toBe(12);
    expect(Object.isFrozen(client.connection)).toBe(true);
  });
});

describe("RealtimeClient snapshots", () => {
  it("refuses a topic that is none, and goes on", async () => {
    const { client } = await connected();
    const refused = expect.objectContaining({ code: "VALIDATION_ERROR" });
    for (const topic of [undefined, null, 5, {}] as never[]) {
      expect(() => client.getSnapshot(topic)).toThrow(refused);
      expect(() => client.getServerSnapshot(topic)).toThrow(refused);
      expect(() => client.subscribe(topic, () => undefined)).toThrow(refused);
    }
    client.destroy();
    expect(client.state).toBe("disconnected");
  });
});

describe("RealtimeClient after a crash", () => {
  it("turns a trap into CLIENT_CRASHED, says so once, and answers every call with it", async () => {
    const { client, engine } = await connected();
    const errors = vi.fn();
    client.onError(errors);
    engine.trapped = true;
    const crashed = expect.objectContaining({ code: "CLIENT_CRASHED", retryable: false });
    expect(() => client.emit("x")).toThrow(crashed);
    await expect(client.emitAsync("x")).rejects.toMatchObject({ code: "CLIENT_CRASHED" });
    await expect(client.connect()).rejects.toMatchObject({ code: "CLIENT_CRASHED" });
    await expect(client.rooms.joinRoom("r")).rejects.toMatchObject({ code: "CLIENT_CRASHED" });
    expect(client.connection).toMatchObject({
      state: "error",
      isConnected: false,
      error: { code: "CLIENT_CRASHED" },
    });
    expect(errors).toHaveBeenCalledTimes(1);
    expect(client.rooms.getJoinedRooms()).toEqual([]);
  });

  it("says so also when the engine itself reports it", async () => {
    const { client, engine } = await connected();
    const crash = Object.assign(new Error("m"), { code: "CLIENT_CRASHED", retryable: false });
    engine.sink(SinkKind.Error, crash);
    expect(client.state).toBe("error");
    expect(() => client.emit("x")).toThrow(crash);
  });

  it("works again after recover", async () => {
    const { client, engine } = await connected();
    engine.trapped = true;
    expect(() => client.emit("x")).toThrow();
    const states: string[] = [];
    client.onConnectionStateChange((state) => states.push(state));
    client.recover();
    client.emit("x");
    expect(states).toEqual(["error", "connected"]);
    expect(engine.called("recover")).toHaveLength(1);
  });
});

describe("RealtimeClient.destroy", () => {
  it("forgets listeners, options and token, and starts afresh on the next connect", async () => {
    const { client, engine, fake } = await connected();
    const listener = vi.fn();
    client.on("news", listener);
    client.initialize({ url: "http://other" });
    client.destroy();
    expect(client.state).toBe("disconnected");
    engine.receive("news", "from the dead");
    await client.connect();
    fake.engine.receive("news", "fresh");
    expect(listener).not.toHaveBeenCalled();
    expect(fake.engines).toHaveLength(2);
    expect(fake.engine.called("connect")).toEqual([[undefined]]);
    expect(fake.engine.called("initialize")).toEqual([[{ url: "http://localhost:3101" }]]);
  });

  it("leaves nothing of a user to the next one: status, settings, listeners, options", async () => {
    const { client, fake } = await connected();
    const told = vi.fn();
    client.presence.onPresenceChange(told);
    client.typing.onTypingChange(told);
    client.presence.setStatus("busy");
    client.presence.setCustomStatus({ text: "At the doctor's" });
    client.typing.updatePrivacySettings({ typingVisibility: "contacts" });
    const { presence } = client;
    client.destroy();
    expect(presence.initialized).toBe(false);
    await client.connect("another token");
    expect(fake.engine.called("presence.setStatus")).toEqual([]);
    expect(fake.engine.called("presence.setCustomStatus")).toEqual([]);
    expect(fake.engine.called("typing.configure")).toEqual([]);
    expect(client.typing.privacySettings.typingVisibility).toBe("everyone");
    fake.engine.answers["typing.snapshot"] = { users: [], isTyping: false };
    fake.engine.sink(SinkKind.Typing, "general", null);
    expect(told).not.toHaveBeenCalled();
  });

  it("has no hook begin anew, which would make another engine", async () => {
    const { client } = await connected();
    const { hostOf } = await import("../../src/client-host.js");
    const told = vi.fn();
    hostOf(client).listeners.userForgotten.add(told);
    client.destroy();
    expect(told).not.toHaveBeenCalled();
    await client.connect("a token");
    await client.logout();
    expect(told).toHaveBeenCalledTimes(1);
  });

  it("hears nothing more from the engine that it ended", async () => {
    const { client, engine } = await connected();
    client.destroy();
    const states: string[] = [];
    const errors = vi.fn();
    client.onConnectionStateChange((state) => states.push(state));
    client.onError(errors);
    engine.setState("authenticated");
    engine.sink(SinkKind.Error, { code: "CONNECTION_ERROR", message: "late", retryable: true });
    expect(states).toEqual(["disconnected"]);
    expect(errors).not.toHaveBeenCalled();
  });

  it("does not let a crashed engine get in the way", async () => {
    const { client, engine } = await connected();
    engine.trapped = true;
    expect(() => client.emit("x")).toThrow();
    client.destroy();
    await client.connect("t");
    expect(client.state).toBe("connected");
  });
});
