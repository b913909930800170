// The README's own examples compile in an app that has the package installed. Needs pkg/: `npm run build`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/lib/run.mjs";
import { installApp } from "../documents/own-text/compiler.mjs";

const fenced = /^```(?:ts|tsx)\n(.*?)^```$/gms;

test("the README's examples compile", (t) => {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const blocks = [...text.matchAll(fenced)].map(([, code]) => code);
  const [first] = blocks;
  assert.match(first, /const client = new RealtimeClient/, "the first one makes the client");
  // Those after it that import nothing go on with it.
  const programs = [first, ...blocks.slice(1).filter((code) => /^import /m.test(code))];
  const rest = blocks.filter((code) => !programs.includes(code));
  assert.ok(programs.length > 1 && rest.length > 0, "there are examples of both kinds");
  const { compile } = installApp(t);
  const files = [first + rest.join(""), ...programs.slice(1)].map((code, i) => [
    `readme-${i}`,
    code,
  ]);
  const complaints = compile(new Map(files));
  assert.deepEqual(
    complaints.map(({ file, line, code, message }) => `${file}:${line} ${code} ${message}`),
    [],
  );
});
