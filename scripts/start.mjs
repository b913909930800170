// Sets up, builds everything, and runs the server with the example chat.
//
//   npm start                       http://localhost:3101, messages kept in .data/chat.db
//   npm start -- --port 4000        another port
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { exportExample } from "./lib/example.mjs";
import { environment, root, run, targetDir } from "./lib/run.mjs";

const { port } = parseArgs({ options: { port: { type: "string", default: "3101" } } }).values;
const address = `http://localhost:${port}`;

await run(["bash", "scripts/setup"]);
await run(["node", "scripts/build.mjs"]);
const page = await exportExample();
// The server of `cargo run --example dev-server`, without what only tests need.
await run(["cargo", "build", "--release", "--package", "nchat-dev-server"]);

mkdirSync(join(root, ".data"), { recursive: true });
const server = startServer();
await listening();
sayHow();

function startServer() {
  const database = join(root, ".data/chat.db");
  const options = ["--dev", "--port", port, "--database", database, "--static", page];
  const program = join(targetDir, "release/nchat-dev-server");
  const child = spawn(program, options, { stdio: "inherit", env: environment });
  child.once("error", (error) => {
    console.error(`the server could not be started: ${error.message}`);
    process.exit(1);
  });
  // Its own message says why it ended.
  child.once("exit", (status) => process.exit(status ?? 0));
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => child.kill(signal));
  }
  return child;
}

/** Resolves when the server answers; when it ends instead, so does this process. */
async function listening() {
  while (server.exitCode === null) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}/health`)).ok) {
        return;
      }
    } catch {
      // Not yet.
    }
    await delay(100);
  }
}

function sayHow() {
  console.log(`
The server listens on ${address}
Be two people, each in a browser window of their own:
  ${address}/?user=alice
  ${address}/?user=bob
End it with Ctrl+C.
`);
}
