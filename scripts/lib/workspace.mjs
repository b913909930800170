// What the workspace's Cargo.toml says about the package.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

/** The version of the workspace, which is also the npm package's. */
export function workspaceVersion() {
  return cargoToml(/\[workspace\.package\][^[]*?\nversion = "([^"]+)"/);
}

/** The one-sentence description of the root package. */
export function packageDescription() {
  return cargoToml(/\[package\][^[]*?\ndescription = "([^"]+)"/);
}

function cargoToml(pattern) {
  const found = readFileSync(join(root, "Cargo.toml"), "utf8").match(pattern);
  if (!found) {
    throw new Error(`Cargo.toml has nothing that matches ${pattern}`);
  }
  return found[1];
}
