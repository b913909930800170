import { expect, inject, onTestFinished, vi } from "vitest";
import { RealtimeClient } from "../../src/index.js";

let made = 0;

/** A user that no other test uses. */
export function newUser(name = "user"): string {
  made += 1;
  return `${name}-${Date.now().toString(36)}-${made}`;
}

/** A client of the shared server, not connected; destroyed when the test ends. */
export function newClient(url = inject("serverUrl")): RealtimeClient {
  const client = new RealtimeClient();
  client.initialize({ url, reconnectDelay: 20, maxReconnectDelay: 100 });
  onTestFinished(() => client.destroy());
  return client;
}

/** A connected client that the server knows by name. */
export async function connectedAs(user: string, url?: string): Promise<RealtimeClient> {
  const client = newClient(url);
  await client.connect(`user:${user}`);
  await authenticated(client);
  return client;
}

/** Waits until the server has accepted who the client is. */
export async function authenticated(client: RealtimeClient): Promise<void> {
  await vi.waitFor(() => expect(client.state).toBe("authenticated"), { timeout: 10_000 });
}

/** Counts the sockets that the page opens, from now on. */
export function countSockets(): { opened: number; open: number } {
  const count = { opened: 0, open: 0 };
  const Original = globalThis.WebSocket;
  vi.stubGlobal(
    "WebSocket",
    class extends Original {
      constructor(...args: ConstructorParameters<typeof WebSocket>) {
        super(...args);
        count.opened += 1;
        count.open += 1;
        this.addEventListener("close", () => {
          count.open -= 1;
        });
      }
    },
  );
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return count;
}
