// The tiers of the test suite: what each runs, in the order in which they run.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

/**
 * One command of a tier.
 *
 * @typedef {object} Step
 * @property {string[]} command
 * @property {"cargo" | "node" | "vitest" | "check"} counts who counts its tests; a check is one by itself
 * @property {string} [name] of a check
 */

/**
 * @typedef {object} Tier
 * @property {string} name
 * @property {boolean} needsPackage whether pkg/ has to be built before
 * @property {Step[]} steps run in order, all of them even after a failure
 */

const wasm = ["--target", "wasm32-unknown-unknown"];
const denyWarnings = ["--", "-D", "warnings"];

/** All seeds, for which debug builds are too slow, and that planted bugs are caught. @type {Step[]} */
const simulation = [
  ["--test", "simulation"],
  ["--package", "nchat-dev-server", "--lib", "twins"],
].map((what) => ({
  command: ["cargo", "test", "--release", "--features", "planted-bugs", ...what],
  counts: "cargo",
}));

/** What comes before the tiers that need the package. @type {Tier} */
export const buildTier = {
  name: "build",
  needsPackage: false,
  steps: [check("pkg builds", "node", "scripts/build.mjs")],
};

/** The tiers whose tests exist. @returns {Tier[]} */
export function tiers() {
  const all = [
    {
      name: "lint",
      needsPackage: true,
      steps: [
        check("rustfmt", "cargo", "fmt", "--all", "--check"),
        check("clippy", "cargo", "clippy", "--workspace", "--all-targets", ...denyWarnings),
        check("clippy, wasm", "cargo", "clippy", "--lib", ...wasm, ...denyWarnings),
        check("rustdoc", "cargo", "doc", "--workspace", "--no-deps", "--document-private-items"),
        check("biome", "biome", "check", "--error-on-warnings", "."),
        check("tsc", "tsc", "--project", "js/tsconfig.json"),
      ],
    },
    {
      name: "rust",
      needsPackage: false,
      steps: [{ command: ["cargo", "test", "--workspace", "--no-fail-fast"], counts: "cargo" }],
    },
    { name: "simulation", needsPackage: false, steps: simulation },
    {
      name: "wasm",
      needsPackage: false,
      steps: [{ command: ["wasm-pack", "test", "--headless", "--chrome"], counts: "cargo" }],
    },
    {
      name: "web",
      needsPackage: true,
      steps: existsSync(join(root, "js/vitest.config.ts"))
        ? [buildServer, { command: ["vitest", "run", "--root", "js"], counts: "vitest" }]
        : [],
    },
    { name: "e2e", needsPackage: true, steps: nodeTests("tests/e2e", buildServer) },
    { name: "documents", needsPackage: true, steps: nodeTests("tests/documents", buildServer) },
    { name: "packaging", needsPackage: true, steps: nodeTests("tests/packaging") },
  ];
  return all.filter((tier) => tier.steps.length > 0);
}

/** @returns {Step} */
function check(name, ...command) {
  return { command, counts: "check", name };
}

/** What the tests find under the DEV_SERVER variable. */
const buildServer = check("dev-server builds", "cargo", "build", "--example", "dev-server");

/**
 * The steps of a folder of `*.test.mjs` files, run one file after the other: each starts a browser.
 *
 * @param {string} folder
 * @param {...Step} before
 * @returns {Step[]}
 */
function nodeTests(folder, ...before) {
  const files = testFiles(folder);
  if (files.length === 0) {
    return [];
  }
  const options = [
    "--test",
    "--test-concurrency=1",
    "--test-timeout=900000",
    "--test-reporter=spec",
  ];
  return [...before, { command: ["node", ...options, ...files], counts: "node" }];
}

function testFiles(folder) {
  if (!existsSync(join(root, folder))) {
    return [];
  }
  return readdirSync(join(root, folder), { recursive: true })
    .filter((file) => file.endsWith(".test.mjs") && !file.includes("node_modules"))
    .sort()
    .map((file) => join(folder, file));
}
