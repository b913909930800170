import assert from "node:assert/strict";
import { sound } from "./ledger.mjs";

/** How many rounds a test with rounds has: 5, or what CRASH_ROUNDS says. */
export const rounds = Number(process.env.CRASH_ROUNDS ?? 5);

/** Prints what a test has found, and fails it unless all is well. */
export function conclude(t, { promised, arrived, ...found }, counted = {}) {
  const { lost, doubled, outOfOrder } = found;
  const facts = Object.entries(counted).map(([name, count]) => `${name} ${count}`);
  facts.push(`messages ${arrived}`, `promised ${promised}`);
  facts.push(`lost ${lost}`, `doubled ${doubled}`, `out of order ${outOfOrder}`);
  t.diagnostic(facts.join(", "));
  assert.deepEqual(found, sound);
}
