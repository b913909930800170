// The server of this repository, as `npm start` runs it: a release build, with a database file.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run, targetDir } from "../../../scripts/lib/run.mjs";

const program = join(targetDir, "release/nchat-dev-server");

/** Brings the program up to date. */
export function buildOwnServer() {
  return run(["cargo", "build", "--release", "--package", "nchat-dev-server"]);
}

/**
 * Does something with a server whose database is new, and ends it.
 *
 * @template T
 * @param {(url: string) => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withOwnServer(action) {
  if (!existsSync(program)) {
    throw new Error(`there is no ${program}: run without --no-build once`);
  }
  const folder = mkdtempSync(join(tmpdir(), "nchat-bench-"));
  const options = ["--dev", "--port", "0", "--database", join(folder, "messages.sqlite")];
  const child = spawn(program, options, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  try {
    return await action(await addressOf(child));
  } finally {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function addressOf(child) {
  for await (const line of createInterface(child.stdout)) {
    const [, address] = /listening on (http:\/\/[\w.:]+)/.exec(line) ?? [];
    if (address) {
      child.stdout.resume();
      return address;
    }
  }
  throw new Error("the server ended before it listened");
}
