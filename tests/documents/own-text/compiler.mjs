// Compiles pieces of code as an app would that has the package installed.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, root } from "../../../scripts/lib/run.mjs";

const appTypes = fileURLToPath(new URL("app.d.ts", import.meta.url));

/** Strict, but for what the documents' JavaScript-like examples leave untyped. */
const compilerOptions = {
  strict: true,
  noImplicitAny: false,
  target: "ES2022",
  lib: ["ESNext", "DOM", "DOM.Iterable"],
  module: "ESNext",
  moduleResolution: "Bundler",
  moduleDetection: "force",
  jsx: "react-jsx",
  allowUmdGlobalAccess: true,
  noEmit: true,
  types: [],
};

/**
 * A folder with the package and the types of others installed; gone after the test.
 *
 * @param {import("node:test").TestContext} t
 */
export function installApp(t) {
  const folder = mkdtempSync(join(tmpdir(), "nchat-documents-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const installed = join(folder, "node_modules");
  for (const name of ["@types/react", "react", "socket.io-client"]) {
    link(join(root, "node_modules", name), join(installed, name));
  }
  link(join(root, "pkg"), join(installed, "nchat-realtime"));
  copyFileSync(appTypes, join(folder, "app.d.ts"));
  return { compile: (files) => compile(folder, files) };
}

/**
 * @typedef {object} Complaint
 * @property {string} file
 * @property {number} line
 * @property {string} code as in `TS2304`
 * @property {string} message
 */

/**
 * @param {string} folder
 * @param {Map<string, string>} files code by a name without spaces
 * @returns {Complaint[]}
 */
function compile(folder, files) {
  const sources = join(folder, "src");
  rmSync(sources, { recursive: true, force: true });
  mkdirSync(sources);
  for (const [name, code] of files) writeFileSync(join(sources, `${name}.tsx`), code);
  const project = { compilerOptions, include: ["app.d.ts", "src"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project));
  return complaintsOf(folder).map(([, file, line, code, message]) => {
    return { file, line: Number(line), code, message };
  });
}

function complaintsOf(folder) {
  const options = { cwd: folder, env: environment, encoding: "utf8", stdio: "pipe" };
  try {
    execFileSync("tsc", ["--project", folder, "--pretty", "false"], options);
    return [];
  } catch ({ stdout, stderr }) {
    const found = [...stdout.matchAll(/^src\/(.+?)\.tsx\((\d+),\d+\): error (TS\d+): (.+)$/gm)];
    const elsewhere = [...stdout.matchAll(/^(?!src\/).*error TS\d+: .+$/gm)];
    if (found.length === 0 || elsewhere.length > 0) {
      throw new Error(`the compiler failed elsewhere:\n${stdout}${stderr}`);
    }
    return found;
  }
}

function link(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
