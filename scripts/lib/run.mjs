// Running commands for the other scripts: from the repository's root, with its tools on PATH.
import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder, absolute. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where cargo puts its artifacts, absolute. */
export const targetDir = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");

/** The development build of the server, which the tests start: `cargo build --example dev-server`. */
export const devServer = join(targetDir, "debug/examples/dev-server");

/** The environment of every command: node_modules/.bin and cargo's bin folder come first on PATH. */
export const environment = {
  ...process.env,
  PATH: [
    join(root, "node_modules/.bin"),
    join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin"),
    process.env.PATH,
  ].join(delimiter),
};

/** A command that ended with another status than 0. */
export class CommandError extends Error {
  /**
   * @param {string[]} command
   * @param {string} ending how it ended: "exit status 1", "signal SIGTERM"
   */
  constructor(command, ending) {
    super(`${command.join(" ")}: ${ending}`);
    this.name = "CommandError";
    // The command has said what is wrong; where this script called it says nothing more.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/**
 * Runs a command to its end, its output streamed to the terminal.
 *
 * @param {string[]} command program and arguments
 * @param {{ env?: Record<string, string>, cwd?: string }} [options] added variables; folder (the root)
 * @throws {CommandError} when it does not end with status 0
 */
export async function run(command, { env = {}, cwd = root } = {}) {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd,
    stdio: "inherit",
    env: { ...environment, ...env },
  });
  const [status, signal] = await ended(child);
  if (status !== 0) {
    throw new CommandError(command, signal ? `signal ${signal}` : `exit status ${status}`);
  }
}

/**
 * Runs a command to its end, its output streamed to the terminal and also returned.
 * The command has a process group of its own, which is ended when the time is over.
 *
 * @param {string[]} command program and arguments
 * @param {{ env?: Record<string, string>, timeoutMs: number }} options
 * @returns {Promise<{ ok: boolean, output: string, ending: string }>}
 */
export async function runAndRead(command, { env = {}, timeoutMs }) {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...environment, ...env },
  });
  const endGroup = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup();
  }, timeoutMs);
  const interrupt = () => {
    endGroup();
    process.exit(130);
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);

  const chunks = [];
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    from.on("data", (chunk) => {
      chunks.push(chunk);
      to.write(chunk);
    });
  }
  try {
    const [status, signal] = await ended(child);
    const ending = timedOut
      ? `stopped after ${timeoutMs / 60_000} minutes`
      : signal
        ? `signal ${signal}`
        : `exit status ${status}`;
    return { ok: status === 0, output: Buffer.concat(chunks).toString("utf8"), ending };
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** @returns {Promise<[number | null, NodeJS.Signals | null]>} */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve([status, signal]));
  });
}
