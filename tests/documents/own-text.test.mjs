// The documents' own text compiles against the package, with only the import path changed.
//
// The documents are no part of this repository: PRODUCT_DOCUMENTS names their folder. Without
// them this test is skipped, and says so.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/lib/run.mjs";
import { installApp } from "./own-text/compiler.mjs";
import { readBlocks } from "./own-text/documents.mjs";
import { laterNames, services, sketches } from "./own-text/later.mjs";

const folder = process.env.PRODUCT_DOCUMENTS ?? join(root, "../shared/product");
const skip =
  !existsSync(folder) && `no product documents at ${folder}: set PRODUCT_DOCUMENTS to their folder`;

test("the documents' own text compiles, as far as what it uses exists", { skip }, (t) => {
  const { compile } = installApp(t);
  const blocks = readBlocks(folder);
  assert.ok(blocks.length > 0, `${folder} has no TypeScript block`);
  const ids = blocks.map(({ id }) => id);
  const unknown = Object.keys(sketches).filter((id) => !ids.includes(id));
  assert.deepEqual(unknown, [], "sketches are in the documents");
  const programs = blocks.filter(({ id }) => !(id in sketches));

  const freeNames = findFreeNames(compile, programs);
  const needed = new Map(
    programs.map((block) => [block.id, namesNeeded(block, freeNames.get(block.id))]),
  );
  const missing = findMissing(compile, [...needed.values()].flat());
  const expected = Object.values(laterNames).flat();
  const lost = [...missing].filter((name) => !expected.includes(name));
  assert.deepEqual(lost, [], "names that no later issue brings are in the package");

  const isLater = ({ id }) => needed.get(id).some(({ name }) => missing.has(name));
  const ready = programs.filter((block) => !isLater(block));
  const files = ready.map((block) => [
    fileOf(block.id),
    provided(freeNames.get(block.id)) + block.code + comparisons(block),
  ]);
  const complaints = compile(new Map(files));

  report(t, { blocks, ready, later: programs.filter(isLater), needed, missing });
  assert.deepEqual(
    complaints.map(({ file, line, code, message }) => `${file}:${line} ${code} ${message}`),
    [],
  );
});

/** What each block uses without a declaration, and the app does not have: the package's. */
function findFreeNames(compile, programs) {
  const complaints = compile(new Map(programs.map(({ id, code }) => [fileOf(id), code])));
  const broken = complaints.filter(({ code }) => /^TS1\d{3}$/.test(code));
  assert.deepEqual(broken, [], "blocks that are no programs are listed as sketches");
  const found = new Map(programs.map(({ id }) => [id, []]));
  for (const { file, message } of complaints) {
    const names = found.get(file.replace(".", " "));
    const name = freeNameIn(message);
    if (name && !names.includes(name)) names.push(name);
  }
  return found;
}

function freeNameIn(message) {
  const [, name] =
    /^(?:Cannot find name|No value exists in scope for the shorthand property) '(\w+)'/.exec(
      message,
    ) ?? [];
  return name;
}

/** What a block needs of the package: imports, free names, and the types that it shows. */
function namesNeeded({ code }, freeNames) {
  const imports = [...code.matchAll(/import \{([^}]+)\} from ['"](nchat-realtime[^'"]*)['"]/g)];
  const own = [...freeNames.map((name) => services[name] ?? name), ...typesShown(code)];
  return [
    ...imports.flatMap(([, names, entry]) =>
      names.split(",").map((name) => ({ name: name.trim(), entry })),
    ),
    ...own.map((name) => ({ name, entry: "nchat-realtime" })),
  ];
}

function typesShown(code) {
  return [...code.matchAll(/^ *interface (\w+)/gm)].map(([, name]) => name);
}

/** Holds the types that a block shows against the package's, both ways. */
function comparisons({ code }) {
  const pairs = typesShown(code).map((name) => [name, `import("nchat-realtime").${name}`]);
  return pairs
    .flatMap(([shown, exported]) => [
      `\n({} as ${shown}) satisfies ${exported};`,
      `\n({} as ${exported}) satisfies ${shown};`,
    ])
    .join("");
}

/** The names that the package's entries do not export. */
function findMissing(compile, needed) {
  const probes = [...new Set(needed.map(({ name, entry }) => `${name} ${entry}`))];
  const lines = probes.map((probe) => probe.split(" "));
  const code = lines.map(([name, entry]) => `export type { ${name} } from "${entry}";\n`).join("");
  const complaints = compile(new Map([["probe", code]]));
  const others = complaints.filter(({ message }) => !message.includes("has no exported member"));
  assert.deepEqual(others, []);
  return new Set(complaints.map(({ line }) => lines[line - 1][0]));
}

/** Declares what a block leaves free, on its first line, so that lines keep their numbers. */
function provided(freeNames) {
  return freeNames
    .map((name) =>
      name in services
        ? `declare const ${name}: import("nchat-realtime").${services[name]}; `
        : `import { ${name} } from "nchat-realtime"; `,
    )
    .join("");
}

function report(t, { blocks, ready, later, needed, missing }) {
  const sketched = blocks.length - ready.length - later.length;
  t.diagnostic(
    `${blocks.length} blocks: ${ready.length} compile, ${later.length} wait for later issues, ` +
      `${sketched} are sketches`,
  );
  for (const { id, line } of later) {
    const names = new Set(needed.get(id).map(({ name }) => name));
    const waitsFor = [...names].filter((name) => missing.has(name));
    t.diagnostic(`${id} (line ${line}) waits for ${waitsFor.join(", ")}`);
  }
}

function fileOf(id) {
  return id.replace(" ", ".");
}
