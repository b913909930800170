import { describe, expect, it, onTestFinished, vi } from "vitest";
import { init, RealtimeClient } from "../../src/index.js";
import {
  RealtimeProvider,
  type UseRealtimeOptions,
  useDMTyping,
  useRealtime,
  useRealtimeTyping,
  useThreadTyping,
} from "../../src/react/index.js";
import { mount, probe } from "./render.js";

/** A client that never connects: what hooks ask of it is what counts. */
function unconnected(): RealtimeClient {
  const client = new RealtimeClient();
  onTestFinished(() => client.destroy());
  return client;
}

describe("useRealtime without a connection", () => {
  function used(options: UseRealtimeOptions = {}) {
    const client = unconnected();
    const connect = vi.spyOn(client, "connect").mockResolvedValue();
    const { seen, Probe } = probe(() =>
      useRealtime({ client, userId: "test-user", autoConnect: false, ...options }),
    );
    mount(<Probe />);
    return { client, connect, seen };
  }

  it("says that there is none, and gives the means to make one", () => {
    const { seen, connect } = used();
    expect(seen.value).toMatchObject({
      isConnected: false,
      isAuthenticated: false,
      connectionState: "disconnected",
      error: null,
      reconnectAttempts: 0,
      connect: expect.any(Function),
      disconnect: expect.any(Function),
      reconnect: expect.any(Function),
    });
    expect(connect).not.toHaveBeenCalled();
  });

  it("connects as the user, with the options, and hands a failure on", async () => {
    const { client, connect, seen } = used({ debug: true, config: { timeout: 5_000 } });
    const initialize = vi.spyOn(client, "initialize");
    await seen.value.connect();
    expect(connect.mock.calls).toEqual([["user:test-user"]]);
    expect(initialize).toHaveBeenLastCalledWith(
      expect.objectContaining({ debug: true, timeout: 5_000 }),
    );
    connect.mockRejectedValue(new Error("Connection failed"));
    await expect(seen.value.connect()).rejects.toThrow("Connection failed");
  });

  it("disconnects, and connects again, when asked", async () => {
    const { client, connect, seen } = used();
    const disconnect = vi.spyOn(client, "disconnect");
    seen.value.disconnect();
    expect(disconnect).toHaveBeenCalledTimes(1);
    await seen.value.reconnect();
    expect(disconnect).toHaveBeenCalledTimes(2);
    expect(connect).toHaveBeenCalledTimes(1);
  });

  it("hands events on with their arguments, and answers as they came", async () => {
    await init();
    const { client, seen } = used();
    const unsubscribe = () => undefined;
    const on = vi.spyOn(client, "on").mockReturnValue(unsubscribe);
    const emit = vi.spyOn(client, "emit").mockReturnValue();
    const emitAsync = vi.spyOn(client, "emitAsync").mockResolvedValue({ result: "ok" });
    const listener = () => undefined;
    expect(seen.value.on("news", listener)).toBe(unsubscribe);
    seen.value.emit("news", { a: 1 });
    await expect(seen.value.emitAsync("question", { b: 2 }, 50)).resolves.toEqual({ result: "ok" });
    expect(on.mock.calls).toEqual([["news", listener]]);
    expect(emit.mock.calls).toEqual([["news", { a: 1 }]]);
    expect(emitAsync.mock.calls).toEqual([["question", { b: 2 }, 50]]);
  });
});

describe("the hooks of typing", () => {
  /** What a client's service was asked for by name, in order. */
  function typed<T>(useHook: () => T) {
    const client = unconnected();
    const calls: unknown[][] = [];
    for (const name of [
      "startTyping",
      "startTypingInThread",
      "startTypingInDM",
      "stopTyping",
      "updatePrivacySettings",
    ] as const) {
      vi.spyOn(client.typing, name).mockImplementation((...args: unknown[]) => {
        calls.push([name, ...args]);
      });
    }
    const { seen, Probe } = probe(useHook);
    const tree = () => (
      <RealtimeProvider client={client} userId="test-user" autoConnect={false}>
        <Probe />
      </RealtimeProvider>
    );
    const { rerender, unmount } = mount(tree());
    return { calls, seen, unmount, renderAgain: () => rerender(tree()) };
  }

  it("show nobody at first, and give the means to type", () => {
    const { seen } = typed(() => useRealtimeTyping({ roomName: "channel-1" }));
    expect(seen.value).toEqual({
      typingUsers: [],
      typingText: null,
      typingCount: 0,
      isTyping: false,
      startTyping: expect.any(Function),
      stopTyping: expect.any(Function),
      handleInputChange: expect.any(Function),
      handleMessageSend: expect.any(Function),
      updatePrivacySettings: expect.any(Function),
    });
  });

  it.each([
    ["a channel", () => useRealtimeTyping("c1"), ["startTyping", "c1"], ["c1", undefined]],
    [
      "a thread",
      () => useThreadTyping("c1", "t1"),
      ["startTypingInThread", "c1", "t1"],
      ["c1", "t1"],
    ],
    [
      "a thread, whatever kind of room is named",
      () => useRealtimeTyping({ roomName: "c1", roomType: "channel", threadId: "t1" }),
      ["startTypingInThread", "c1", "t1"],
      ["c1", "t1"],
    ],
    [
      "a direct conversation",
      () => useDMTyping("dm-1", "bob"),
      ["startTypingInDM", "dm-1", "bob"],
      ["dm-1", undefined],
    ],
  ])("start and stop in the place that they are for: %s", (_, useHook, started, stopped) => {
    const { calls, seen } = typed(useHook);
    seen.value.startTyping();
    seen.value.stopTyping();
    expect(calls).toEqual([started, ["stopTyping", ...stopped]]);
  });

  it("take another text for typing, the same for none, and blanks or a message for the end", () => {
    const { calls, seen } = typed(() => useRealtimeTyping("c1"));
    const names = () => calls.splice(0).map(([name]) => name);
    for (const text of ["H", "He", "He"]) seen.value.handleInputChange(text);
    expect(names()).toEqual(["startTyping", "startTyping"]);
    seen.value.handleInputChange("   ");
    expect(names()).toEqual(["stopTyping"]);
    seen.value.handleInputChange("He");
    seen.value.handleMessageSend();
    seen.value.handleInputChange("He");
    expect(names()).toEqual(["startTyping", "stopTyping", "startTyping"]);
  });

  it("stop when the window is left or not seen, and where they are given another place", () => {
    let roomName = "c1";
    const { calls, renderAgain } = typed(() => useRealtimeTyping({ roomName }));
    const stopped = ["stopTyping", "c1", undefined];
    window.dispatchEvent(new Event("blur"));
    expect(calls.splice(0)).toEqual([stopped]);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    document.dispatchEvent(new Event("visibilitychange"));
    expect(calls.splice(0)).toEqual([stopped]);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    renderAgain();
    expect(calls).toEqual([]);
    roomName = "c2";
    renderAgain();
    expect(calls).toEqual([stopped]);
  });

  it("hand on who may know", () => {
    const { calls, seen } = typed(() => useRealtimeTyping("c1"));
    seen.value.updatePrivacySettings({ broadcastTyping: false });
    expect(calls).toEqual([["updatePrivacySettings", { broadcastTyping: false }]]);
  });

  it("tell nothing where they are switched off", () => {
    const { calls, seen, unmount } = typed(() =>
      useRealtimeTyping({ roomName: "c1", enabled: false }),
    );
    seen.value.startTyping();
    seen.value.handleInputChange("Hello");
    seen.value.handleMessageSend();
    seen.value.stopTyping();
    unmount();
    expect(calls).toEqual([]);
  });
});
