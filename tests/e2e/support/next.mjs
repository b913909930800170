// The example chat under Next.js itself: `next build`, `next start`, `next dev`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { example } from "../../../scripts/lib/example.mjs";

const program = join(example, "node_modules/next/dist/bin/next");

/**
 * Runs `next build` to its end.
 *
 * @param {Record<string, string>} env
 * @returns {Promise<string>} all that it printed
 */
export async function buildNext(env) {
  const { child, printed } = next(["build"], env);
  const [status] = await once(child, "close");
  if (status !== 0) {
    throw new Error(`next build: exit status ${status}\n${printed()}`);
  }
  return printed();
}

/**
 * Runs `next start` or `next dev` on a free port until the test is over.
 *
 * @param {import("node:test").TestContext} t
 * @param {"start" | "dev"} command
 * @param {Record<string, string>} env
 * @returns {Promise<{ url: string, printed: () => string }>} its address, and all that it has printed
 */
export async function serveNext(t, command, env) {
  const { child, printed } = next([command, "--port", "0", "--hostname", "localhost"], env);
  const ended = once(child, "close");
  t.after(async () => {
    // The whole group: `next dev` has processes of its own.
    process.kill(-child.pid, "SIGTERM");
    await ended;
  });
  const url = await new Promise((resolve, reject) => {
    const look = () => {
      const [, address] = /Local:\s+(http:\/\/\S+)/.exec(printed()) ?? [];
      if (address && printed().includes("Ready")) resolve(address);
    };
    child.stdout.on("data", look);
    ended.then(() => reject(new Error(`next ${command} ended:\n${printed()}`)));
  });
  return { url, printed };
}

/** What Next.js warns of, or calls an error. */
export function complaints(printed) {
  return printed.split("\n").filter((line) => /⚠|⨯|warn|error/i.test(line));
}

function next(args, env) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: example,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1", ...env },
  });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => chunks.push(chunk));
  }
  return { child, printed: () => Buffer.concat(chunks).toString("utf8") };
}
