import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { RealtimeClient, type RealtimeClientConfig } from "../../src/index.js";

/** Addresses of the sockets that a client opens until the engine listens to one. */
async function addresses(config: RealtimeClientConfig): Promise<string[]> {
  const opened: string[] = [];
  const listening = Promise.withResolvers<void>();
  vi.stubGlobal("WebSocket", function open(url: string) {
    opened.push(url);
    return {
      readyState: 0,
      close: () => undefined,
      set onclose(listener: unknown) {
        if (listener) listening.resolve();
      },
    };
  });
  const client = new RealtimeClient();
  onTestFinished(() => client.destroy());
  client.initialize(config);
  const connecting = client.connect("t").catch(() => undefined);
  const early = opened.length;
  await listening.promise;
  client.disconnect();
  await connecting;
  expect(early, "opened before the engine is there").toBe(1);
  return opened;
}

describe("The address of the early socket", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const configs: [RealtimeClientConfig, string][] = [
    [{ url: "http://chat.example" }, "ws://chat.example/socket.io/"],
    [{ url: "HTTPS://Chat.Example:8443/" }, "wss://chat.example:8443/socket.io/"],
    [{ url: "ws://127.0.0.1:80" }, "ws://127.0.0.1:80/socket.io/"],
    [{ url: "wss://[::1]:3101/name/space#part" }, "wss://[::1]:3101/socket.io/"],
    [{ url: "http://a.b", path: "/realtime" }, "ws://a.b/realtime/"],
    [{ url: "http://a.b/chat", path: "/deep/er/" }, "ws://a.b/deep/er/"],
    [{ url: "http://a.b", transports: ["websocket"] }, "ws://a.b/socket.io/"],
    [{}, "ws://localhost:3101/socket.io/"],
  ];
  for (const [config, expected] of configs) {
    it(`is the engine's own for ${JSON.stringify(config)}`, async () => {
      expect(await addresses(config)).toEqual([`${expected}?EIO=4&transport=websocket`]);
    });
  }
});
