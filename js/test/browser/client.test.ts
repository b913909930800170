import { describe, expect, it, vi } from "vitest";
import { commands } from "vitest/browser";
import { isRealtimeError } from "../../src/index.js";
import { authenticated, connectedAs, countSockets, newClient, newUser } from "./support.js";

describe("RealtimeClient with the engine and a server", () => {
  it("connects, is authenticated, and says who it is", async () => {
    const user = newUser();
    const client = newClient();
    const states: string[] = [];
    client.onConnectionStateChange((state) => states.push(state));
    await client.connect(`user:${user}`);
    expect(client.isConnected).toBe(true);
    await authenticated(client);
    expect(client.auth).toMatchObject({ userId: user });
    expect(client.socketId).toEqual(expect.any(String));
    expect(states).toEqual(["disconnected", "connecting", "connected", "authenticated"]);
  });

  it("asks an asynchronous callback for the token, once per attempt", async () => {
    const user = newUser();
    const token = vi.fn(async () => `user:${user}`);
    const client = newClient();
    await client.connect(token);
    await authenticated(client);
    await client.reconnect();
    await authenticated(client);
    expect(token).toHaveBeenCalledTimes(2);
  });

  it("rejects a refused token with the server's message and a code", async () => {
    const client = newClient();
    const error = await client.connect("nonsense").catch((reason: unknown) => reason);
    expect(isRealtimeError(error)).toBe(true);
    expect(error).toMatchObject({ code: "AUTH_FAILED", message: "Invalid token" });
    expect(client.state).toBe("error");
  });

  it("opens one socket for many calls of connect", async () => {
    const sockets = countSockets();
    const user = newUser();
    const client = newClient();
    await Promise.all(Array.from({ length: 100 }, () => client.connect(`user:${user}`)));
    expect(sockets.opened).toBe(1);
  });

  it("is the user of the token that connect was given last, whoever was connected", async () => {
    const [alice, bob, carol] = [newUser("alice"), newUser("bob"), newUser("carol")];
    const client = await connectedAs(alice);
    await client.rooms.joinRoom("general");
    client.presence.setStatus("busy");
    await client.connect(`user:${bob}`);
    await authenticated(client);
    expect(client.auth?.userId).toBe(bob);
    expect(client.presence.getStatus()).toBe("online");
    const overtaken = client.reconnect();
    const connecting = client.connect(`user:${carol}`);
    await expect(overtaken).rejects.toMatchObject({ code: "CANCELLED" });
    await connecting;
    await authenticated(client);
    expect(client.auth?.userId).toBe(carol);
    await vi.waitFor(() => expect(client.rooms.isInRoom("general")).toBe(true));
  });

  it("closes its socket on disconnect, and stays disconnected", async () => {
    const sockets = countSockets();
    const client = await connectedAs(newUser());
    client.disconnect();
    expect(client.state).toBe("disconnected");
    await vi.waitFor(() => expect(sockets.open).toBe(0));
    window.dispatchEvent(new Event("online"));
    document.dispatchEvent(new Event("visibilitychange"));
    expect(client.state).toBe("disconnected");
    expect(sockets.opened).toBe(1);
  });

  it("answers an emit without a connection with NOT_CONNECTED", async () => {
    const client = await connectedAs(newUser());
    client.disconnect();
    const ack = vi.fn();
    client.emit("anything", {}, ack);
    expect(ack.mock.calls[0]?.[0]).toMatchObject({
      success: false,
      error: { code: "NOT_CONNECTED", message: "Socket not connected" },
    });
    await expect(client.emitAsync("anything")).rejects.toMatchObject({
      code: "NOT_CONNECTED",
      message: "Socket not connected",
    });
  });

  it("rejects emitAsync with the server's error", async () => {
    const client = await connectedAs(newUser());
    await expect(client.emitAsync("room:join", { roomName: "no such room" })).rejects.toMatchObject(
      { code: "ROOM_NOT_FOUND", message: "Room not found" },
    );
  });

  it("measures a latency and a quality", async () => {
    const client = await connectedAs(newUser());
    await vi.waitFor(() => expect(client.averageLatency).not.toBeNull());
    expect(client.connectionQuality).toBe("excellent");
  });

  it("keeps listeners over a server restart, each called once per event", async () => {
    const url = await commands.startServer();
    const client = await connectedAs(newUser(), url);
    const connected = vi.fn();
    const reconnected = vi.fn();
    const states: string[] = [];
    client.on("authenticated", connected);
    client.on("authenticated", connected);
    client.onReconnection(reconnected);
    client.onConnectionStateChange((state) => states.push(state));
    await commands.stopServer(url);
    await vi.waitFor(() => expect(client.state).toBe("reconnecting"));
    await commands.startServer(Number(new URL(url).port));
    await authenticated(client);
    expect(connected).toHaveBeenCalledTimes(1);
    expect(reconnected).toHaveBeenCalledTimes(1);
    expect(client.reconnectAttemptCount).toBe(0);
    expect(states).not.toContain("error");
    await commands.stopServer(url);
  });

  it("leaves no socket behind after destroy, and starts afresh", async () => {
    const sockets = countSockets();
    const client = await connectedAs(newUser());
    const listener = vi.fn();
    client.on("connected", listener);
    client.destroy();
    await vi.waitFor(() => expect(sockets.open).toBe(0));
    expect(client.state).toBe("disconnected");
    expect(listener).not.toHaveBeenCalled();
  });

  it("may be destroyed by one of its own listeners", async () => {
    const client = await connectedAs(newUser());
    client.on("pong", () => client.destroy());
    client.onConnectionStateChange((state) => {
      if (state === "disconnected") client.destroy();
    });
    client.emit("nothing", () => client.destroy());
    client.disconnect();
    expect(client.state).toBe("disconnected");
  });
});
