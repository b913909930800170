import type { BrowserCommand } from "vitest/node";
import { type DevServer, startDevServer } from "./dev-server.js";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** Starts a dev server that only this test uses; answers its address. */
    startServer(port?: number): Promise<string>;
    /** Kills it. */
    stopServer(url: string): Promise<void>;
  }
}

const servers = new Map<string, DevServer>();

export const startServer: BrowserCommand<[port?: number]> = async (_context, port) => {
  const server = await startDevServer(port);
  servers.set(server.url, server);
  return server.url;
};

export const stopServer: BrowserCommand<[url: string]> = async (_context, url) => {
  await servers.get(url)?.stop();
  servers.delete(url);
};
