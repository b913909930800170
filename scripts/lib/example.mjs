// The example application: installs the package into it as it is packed, and builds it.
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";
import { fingerprint, unlessDone } from "./stamp.mjs";

/** The application's folder, absolute. */
export const example = join(root, "examples/nextjs-chat");

const pkg = join(root, "pkg");
const vendor = join(example, "vendor");

/**
 * Packs pkg/ and installs it with everything else that the example's lock file names, unless that is done
 * already. A tarball, because Turbopack follows no links out of the application's folder; and it is what
 * users get. Needs pkg/.
 */
export async function installExample() {
  const locks = ["package.json", "package-lock.json"].map((name) => join(example, name));
  const stamp = join(example, "node_modules/.installed-from");
  await unlessDone(stamp, fingerprint([pkg, ...locks]), async () => {
    await pack();
    await run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: example });
  });
}

/**
 * Installs the example, and exports it to static files for the server to serve, unless that is done already.
 *
 * @returns {Promise<string>} the folder of the static files
 */
export async function exportExample() {
  await installExample();
  const out = join(example, "out");
  const built = ["node_modules", ".next", "out", "vendor", "next-env.d.ts", "tsconfig.tsbuildinfo"];
  const { NEXT_PUBLIC_REALTIME_URL: url = "" } = process.env;
  const wanted = `${fingerprint([example, pkg], built)} ${url}`;
  await unlessDone(join(out, ".exported-from"), wanted, () =>
    run(["npm", "run", "--silent", "export"], { cwd: example }),
  );
  return out;
}

/** The name of npm's tarball has the version in it; the example names one file. */
async function pack() {
  rmSync(vendor, { recursive: true, force: true });
  mkdirSync(vendor);
  await run(["npm", "pack", pkg, "--pack-destination", vendor, "--silent"]);
  const { name, version } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
  renameSync(join(vendor, `${name}-${version}.tgz`), join(vendor, `${name}.tgz`));
}
