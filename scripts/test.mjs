// Runs the tests, tier by tier, and prints what ran.
//
//   npm test                  set-up, build, every tier
//   npm run test:rust         one tier: lint, rust, simulation, wasm, web, e2e, documents, packaging
//   node scripts/test.mjs rust wasm
//
// The last line is "N passed, N failed". The exit status is 0 when every tier ran tests, and all passed.
import { parseArgs } from "node:util";
import { chromiumPath } from "./lib/chromium.mjs";
import { addCounts, countTests } from "./lib/counts.mjs";
import { devServer, run, runAndRead } from "./lib/run.mjs";
import { buildTier, tiers } from "./lib/tiers.mjs";

const stepTimeoutMs = 40 * 60_000;

const { positionals: names } = parseArgs({ allowPositionals: true });
const chosen = choose(names);

await run(["bash", "scripts/setup"]);
const env = { CHROMIUM: chromiumPath(), DEV_SERVER: devServer, RUSTDOCFLAGS: "-D warnings" };
report(await runAll());

async function runAll() {
  const results = [];
  let hasPackage = false;
  if (chosen.some((tier) => tier.needsPackage)) {
    const built = await runTier(buildTier);
    results.push(built);
    hasPackage = built.failed === 0;
  }
  for (const tier of chosen) {
    const runnable = hasPackage || !tier.needsPackage;
    results.push(runnable ? await runTier(tier) : notRun(tier));
  }
  return results;
}

function notRun({ name }) {
  return { name, passed: 0, failed: 1, skipped: 0, seconds: 0, problems: ["not run: no package"] };
}

function choose(names) {
  const all = tiers();
  if (names.length === 0) {
    return all;
  }
  return names.map((name) => {
    const tier = all.find((other) => other.name === name);
    if (!tier) {
      const known = all.map((other) => other.name).join(", ");
      throw new Error(`no tier "${name}" with tests in it; there are: ${known}`);
    }
    return tier;
  });
}

async function runTier({ name, steps }) {
  const started = performance.now();
  const counts = [];
  const problems = [];
  for (const step of steps) {
    console.log(`\n── ${name}: ${step.command.join(" ")}`);
    const result = await runAndRead(step.command, { env, timeoutMs: stepTimeoutMs });
    const { problem, ...count } = judge(step, result);
    counts.push(count);
    problems.push(...(problem ? [problem] : []));
  }
  const seconds = (performance.now() - started) / 1000;
  return { name, seconds, problems, ...addCounts(counts) };
}

/** A step that failed without a failed test, or that ran no test at all, is a failure by itself. */
function judge(step, { ok, output, ending }) {
  if (step.counts === "check") {
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, problem: ok ? "" : step.name };
  }
  const counts = countTests(step.counts, output);
  if (!ok && counts.failed === 0) {
    return { ...counts, failed: 1, problem: `${step.command[0]}: ${ending}` };
  }
  if (counts.passed + counts.failed === 0) {
    return { ...counts, failed: 1, problem: "ran no test" };
  }
  return { ...counts, problem: "" };
}

function report(results) {
  const row = (name, ...figures) =>
    `${name.padEnd(12)}${figures.map((figure) => String(figure).padStart(9)).join("")}`;
  console.log(`\n${row("tier", "passed", "failed", "skipped", "seconds")}`);
  for (const { name, passed, failed, skipped, seconds, problems } of results) {
    const remark = problems.length > 0 ? `   ${problems.join(", ")}` : "";
    console.log(row(name, passed, failed, skipped, seconds.toFixed(0)) + remark);
  }
  const { passed, failed } = addCounts(results);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
