// Measures the package beside the official client, in headless Chromium: see tests/bench/README.md.
//
//   npm run bench                  every figure, about nine minutes
//   npm run bench -- --quick       the same in little, to see that it works
//   npm run bench -- queue size    some of them: clientCode, realFrames, roundTrips, connecting, idle, presence,
//                                  queue, drain, sync, size
//   npm run bench -- --no-build    measures pkg/ and the server's release build as they are
//
// Prints a table and writes tests/bench/results/latest.json. The exit status says nothing of speed.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { groups, runBench, withOurServer } from "../tests/bench/run.mjs";
import { printTable } from "../tests/bench/support/figure.mjs";
import { buildOwnServer } from "../tests/bench/support/own-server.mjs";
import { root, run } from "./lib/run.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    "no-build": { type: "boolean", default: false },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(groups);
const unknown = names.filter((name) => !(name in groups));
if (unknown.length > 0) {
  throw new Error(`no figures "${unknown}"; there are: ${Object.keys(groups).join(", ")}`);
}

if (!values["no-build"]) {
  await run(["node", "scripts/build.mjs"]);
  if (names.some((name) => name in withOurServer)) await buildOwnServer();
}
const { machine, figures } = await runBench({ quick: values.quick, names });
printTable(figures);
const results = join(root, "tests/bench/results");
mkdirSync(results, { recursive: true });
const latest = { measuredAt: new Date().toISOString(), quick: values.quick, machine, figures };
writeFileSync(join(results, "latest.json"), `${JSON.stringify(latest, null, 2)}\n`);
