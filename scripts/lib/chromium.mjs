// Finds the browser that the tests and benchmarks drive.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/**
 * The path of Chromium or Chrome: the CHROMIUM variable, or the first one found on PATH.
 *
 * @throws {Error} saying how to get one
 */
export function chromiumPath() {
  const { CHROMIUM: chosen, PATH: path = "" } = process.env;
  const candidates = chosen
    ? [chosen]
    : path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = candidates.find(isExecutable);
  if (!found) {
    throw new Error(
      `no Chromium at ${chosen ?? "any folder of PATH"}: run "npm run setup", or set CHROMIUM`,
    );
  }
  return found;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
