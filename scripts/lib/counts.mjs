// How many tests a test runner says it ran.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** What each kind of runner prints at its end. Patterns match once for each summary. */
const summaries = {
  // `cargo test` and `wasm-pack test`: one line for each test binary.
  cargo: {
    passed: /^test result: .*?(\d+) passed/gm,
    failed: /^test result: .*?(\d+) failed/gm,
    skipped: /^test result: .*?(\d+) ignored/gm,
  },
  // `node --test`, spec reporter. Cancelled tests did not pass.
  node: {
    passed: /^ℹ pass (\d+)/gm,
    failed: /^ℹ (?:fail|cancelled) (\d+)/gm,
    skipped: /^ℹ (?:skipped|todo) (\d+)/gm,
  },
  vitest: {
    passed: /^\s*Tests .*?(\d+) passed/gm,
    failed: /^\s*Tests .*?(\d+) failed/gm,
    skipped: /^\s*Tests .*?(\d+) (?:skipped|todo)/gm,
  },
};

/**
 * Adds up every summary in a runner's output.
 *
 * @param {keyof typeof summaries} runner
 * @param {string} output
 * @returns {Counts}
 */
export function countTests(runner, output) {
  const plain = stripColours(output);
  const sum = (pattern) =>
    [...plain.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  const { passed, failed, skipped } = summaries[runner];
  return { passed: sum(passed), failed: sum(failed), skipped: sum(skipped) };
}

/** @param {Counts[]} counts @returns {Counts} */
export function addCounts(counts) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of counts) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

function stripColours(text) {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
}
