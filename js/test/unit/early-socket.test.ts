import { describe, expect, it, vi } from "vitest";
import type { RealtimeClientConfig } from "../../src/types.js";
import { FakeWebSocket } from "../fake/web-socket.js";
import { fresh } from "./fresh.js";

const url = "http://chat.example";
const address = "ws://chat.example/socket.io/?EIO=4&transport=websocket";

/** A client without an engine, in a page whose sockets are looked at. */
async function page(config: RealtimeClientConfig = { url }) {
  const lib = await fresh();
  FakeWebSocket.opened = [];
  vi.stubGlobal("WebSocket", FakeWebSocket);
  vi.stubGlobal("navigator", { onLine: true });
  const client = new lib.RealtimeClient();
  client.initialize(config);
  return { ...lib, client, sockets: FakeWebSocket.opened };
}

/** The socket of a client that has just been asked to connect; its engine will open `wanted`. */
async function early(wanted = address) {
  const lib = await page();
  lib.fake.address = wanted;
  const connecting = lib.client.connect("t");
  const [socket] = lib.sockets as [FakeWebSocket];
  return { ...lib, connecting, socket };
}

describe("The socket opened before the engine", () => {
  it("is opened by connect at once, for bytes as the engine wants them", async () => {
    const { connecting, socket, fake } = await early();
    expect(fake.engines).toEqual([]);
    expect(socket).toMatchObject({ url: address, binaryType: "arraybuffer" });
    await connecting;
  });

  it("is one for many calls of connect, and none for a client that has its engine", async () => {
    const { client, connecting, sockets } = await early();
    await Promise.all([connecting, client.connect("t"), client.reconnect()]);
    await client.connect("t");
    expect(sockets).toHaveLength(1);
  });

  it("goes to the engine with what it has brought, once", async () => {
    const { connecting, socket, fake } = await early();
    socket.open();
    socket.receive("0{}");
    const told: unknown[] = [];
    fake.onSocket = () => {
      socket.onopen = () => told.push("open");
      socket.onmessage = ({ data }) => told.push(data);
      expect(told).toEqual([]);
    };
    await connecting;
    expect(fake.engine.socket).toBe(socket);
    socket.receive("2");
    expect(told).toEqual(["open", "0{}", "2"]);
    expect(fake.engine.early?.take(address)).toBeUndefined();
    expect(socket.isClosed).toBe(false);
  });

  it("is told as open by itself when it is taken before it is", async () => {
    const { connecting, socket, fake } = await early();
    const opened = vi.fn();
    fake.onSocket = () => {
      socket.onopen = opened;
    };
    await connecting;
    expect(fake.engine.socket).toBe(socket);
    expect(opened).not.toHaveBeenCalled();
    socket.open();
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it("says nothing more to an engine that has closed it", async () => {
    const { connecting, socket, fake } = await early();
    socket.open();
    socket.receive("0{}");
    const told = vi.fn();
    fake.onSocket = () => {
      socket.onopen = told;
      socket.onmessage = told;
      Object.assign(socket, { readyState: 2, onopen: null, onmessage: null });
    };
    await connecting;
    expect(fake.engine.socket).toBe(socket);
    expect(told).not.toHaveBeenCalled();
  });

  it("is not given away once it has ended", async () => {
    const { connecting, socket, fake } = await early();
    socket.close();
    await connecting;
    expect(fake.engine.socket).toBeUndefined();
  });

  it("is closed when the attempt is over and the engine has opened another address", async () => {
    const { connecting, socket, fake } = await early(`${address}&sid=1`);
    expect(socket.isClosed).toBe(false);
    await connecting;
    expect(fake.engine.socket).toBeUndefined();
    expect(socket.isClosed).toBe(true);
  });

  it("is closed at once by disconnect and by destroy, and opened anew by the next connect", async () => {
    for (const end of ["disconnect", "destroy"] as const) {
      const { client, connecting, socket, sockets } = await early();
      client[end]();
      expect(socket.isClosed).toBe(true);
      client.initialize({ url });
      const again = client.connect("t");
      expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, false]);
      await Promise.allSettled([connecting, again]);
      expect(sockets).toHaveLength(2);
    }
  });

  it("is closed when the module cannot be loaded, and opened anew by the next connect", async () => {
    const { client, sockets, fake } = await page();
    fake.loadError = new Error("404");
    await expect(client.connect("t")).rejects.toMatchObject({ code: "INIT_FAILED" });
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true]);
    fake.loadError = undefined;
    const again = client.connect("t");
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    await again;
  });

  it("is closed when a server says more than it should before it is asked", async () => {
    const { connecting, socket } = await early();
    for (let frame = 0; frame < 100; frame += 1) socket.receive("4junk");
    expect(socket.isClosed).toBe(true);
    await connecting;
  });

  it("is not opened where the engine opens none first, or another than can be told from here", async () => {
    const configs = [
      { url, transports: ["polling", "websocket"] },
      { url, transports: [] },
      { url: `${url}?tenant=1` },
      { url: "http://user:secret@chat.example" },
      { url: "chat.example" },
      { url, path: "no/slash" },
      { url, path: "/query?" },
      { url, path: ["/list"] },
      { url: Symbol("no text") },
    ] as unknown as RealtimeClientConfig[];
    for (const config of configs) {
      const { client, sockets } = await page(config);
      await client.connect("t");
      expect(sockets, JSON.stringify(config)).toEqual([]);
    }
  });

  it("is not opened while the browser is offline", async () => {
    const { client, sockets } = await page();
    vi.stubGlobal("navigator", { onLine: false });
    await client.connect("t");
    expect(sockets).toEqual([]);
  });

  it("leaves it to the engine to say that the browser refuses", async () => {
    const { client } = await page();
    vi.stubGlobal("WebSocket", () => {
      throw new DOMException("mixed content", "SecurityError");
    });
    await expect(client.connect("t")).resolves.toBeUndefined();
  });
});
