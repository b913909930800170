// Kills browsers and servers more often than the tests do, and prints what was lost: nothing.
//
//   npm run crashes -- --rounds 50      against the package in pkg/
import { parseArgs } from "node:util";
import { chromiumPath } from "./lib/chromium.mjs";
import { devServer, run } from "./lib/run.mjs";

const options = { rounds: { type: "string", default: "50" } };
const { rounds } = parseArgs({ options }).values;
const tests = ["browser-killed", "server-killed", "page-crashed"];
const files = tests.map((name) => `tests/e2e/crashes/${name}.test.mjs`);

await run(["cargo", "build", "--example", "dev-server"]);
await run(["node", "--test", "--test-concurrency=1", "--test-reporter=spec", ...files], {
  env: { CRASH_ROUNDS: rounds, CHROMIUM: chromiumPath(), DEV_SERVER: devServer },
});
