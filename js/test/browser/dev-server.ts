import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** A dev server of its own, with a database in memory. */
export interface DevServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts the dev server on a port (0: a free one); resolves when it listens. */
export async function startDevServer(port = 0): Promise<DevServer> {
  const options = ["--dev", "--port", String(port), "--database", ":memory:"];
  const [command, ...args] = process.env.DEV_SERVER
    ? [process.env.DEV_SERVER]
    : ["cargo", "run", "--quiet", "--example", "dev-server", "--"];
  const child = spawn(command, [...args, ...options], {
    cwd: repository,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  // A test that fails leaves its server behind: that must neither keep the runner nor outlive it.
  child.unref();
  process.once("exit", () => kill(child));
  return { url: await addressOf(child), stop: () => end(child) };
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the dev server has no output");
  for await (const line of createInterface(child.stdout)) {
    const address = /listening on (http:\/\/[\w.:]+)/.exec(line);
    if (address?.[1]) {
      child.stdout.resume();
      (child.stdout as Socket).unref();
      return address[1];
    }
  }
  throw new Error("the dev server ended before it listened");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  kill(child);
  await ended;
}

function kill(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  // The whole group: `cargo run` does not hand signals on.
  process.kill(-child.pid, "SIGKILL");
}
