// Doing work again only when what it is made from has changed.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./run.mjs";

/**
 * A digest of files, and of all files below folders: their paths and their contents.
 *
 * @param {string[]} paths absolute
 * @param {string[]} [ignored] names that are left out, at any depth
 */
export function fingerprint(paths, ignored = []) {
  const digest = createHash("sha256");
  const add = (path) => {
    if (!statSync(path).isDirectory()) {
      digest
        .update(`${relative(root, path)}\0`)
        .update(readFileSync(path))
        .update("\0");
      return;
    }
    for (const name of readdirSync(path).sort()) {
      if (!ignored.includes(name)) add(join(path, name));
    }
  };
  for (const path of paths) add(path);
  return digest.digest("hex");
}

/**
 * Does the work, unless it was done with the same fingerprint before.
 *
 * @param {string} stamp the file that remembers it; lies in what the work makes
 * @param {string} wanted the fingerprint
 * @param {() => Promise<void>} work
 */
export async function unlessDone(stamp, wanted, work) {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    return;
  }
  await work();
  writeFileSync(stamp, wanted);
}
