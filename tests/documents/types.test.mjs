// The examples as the compiler sees them.
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { environment, root } from "../../scripts/lib/run.mjs";

test("the examples compile with strict types against the package", () => {
  const args = ["--strict", "--project", "tests/documents/tsconfig.json"];
  try {
    execFileSync("tsc", args, { cwd: root, env: environment, encoding: "utf8", stdio: "pipe" });
  } catch ({ stdout }) {
    throw new Error(stdout);
  }
});
