// Builds the example application, on the package as it is packed, to static files.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

const app = join(root, "examples/nextjs-chat");

/**
 * Installs and exports the example, unless that was done with the same sources already.
 *
 * @returns {Promise<string | undefined>} the folder of the static files; undefined without an example
 */
export async function exportExample() {
  if (!existsSync(join(app, "package.json"))) {
    return undefined;
  }
  const stamp = join(app, "out/.exported-from");
  const sources = fingerprint([app, join(root, "pkg")]);
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== sources) {
    await install();
    await run(["npm", "run", "export"], { cwd: app });
    writeFileSync(stamp, sources);
  }
  return join(app, "out");
}

/** The package is a `file:` dependency, which npm copies: an older copy has to go first. */
async function install() {
  rmSync(join(app, "node_modules/nchat-realtime"), { recursive: true, force: true });
  await run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: app });
}

/** A digest of all files below some folders, without what is installed or built there. */
function fingerprint(folders) {
  const digest = createHash("sha256");
  const built = new Set(["node_modules", ".next", "out", "next-env.d.ts"]);
  const walk = (folder) => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      if (built.has(name)) {
        continue;
      }
      if (statSync(path).isDirectory()) {
        walk(path);
      } else {
        digest.update(path).update(readFileSync(path));
      }
    }
  };
  folders.forEach(walk);
  return digest.digest("hex");
}
