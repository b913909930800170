// Our own server, as a process that can be killed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { devServer } from "../../../scripts/lib/run.mjs";

const program = process.env.DEV_SERVER ?? devServer;

/**
 * Starts a development server with a database file of its own; both go after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} [options] more options of its command line
 */
export async function startDevServer(t, options = []) {
  const folder = mkdtempSync(join(tmpdir(), "nchat-e2e-"));
  const database = join(folder, "messages.sqlite");
  let port = 0;
  let child;
  const server = {
    url: "",
    /** Starts it again on the same port and database. */
    async start() {
      const args = ["--dev", "--port", String(port), "--database", database, ...options];
      child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
      server.url = await addressOf(child);
      port = Number(new URL(server.url).port);
    },
    /** Ends it without a chance to clean up: SIGKILL. */
    async kill() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }
    },
    /** How many sockets it says are connected. */
    async connections() {
      return (await health(server)).connections;
    },
    /** How many of them it says are on a WebSocket. */
    async websockets() {
      return (await health(server)).websocket.connections;
    },
  };
  t.after(async () => {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

async function health({ url }) {
  const answer = await fetch(`${url}/health`);
  return answer.json();
}

async function addressOf(child) {
  for await (const line of createInterface(child.stdout)) {
    const [, address] = /listening on (http:\/\/[\w.:]+)/.exec(line) ?? [];
    if (address) {
      child.stdout.resume();
      return address;
    }
  }
  throw new Error(`${program} ended before it listened`);
}
