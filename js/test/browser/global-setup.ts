import type { TestProject } from "vitest/node";
import { startDevServer } from "./dev-server.js";

declare module "vitest" {
  interface ProvidedContext {
    /** The dev server that all browser tests share. */
    serverUrl: string;
  }
}

/** One dev server for all browser tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startDevServer();
  project.provide("serverUrl", server.url);
  return server.stop;
}
