// What a visitor of a page downloads: the wasm module, and the JavaScript without React's parts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

/**
 * Prints the size of the package: raw, gzip and brotli, in kB of 1,000 bytes.
 *
 * @param {string} pkg the package's folder
 */
export async function printSizes(pkg) {
  const parts = await packageSizes(pkg);
  console.log(
    `\n${"package size, kB".padEnd(24)}${"raw".padStart(9)}${"gzip".padStart(9)}${"brotli".padStart(9)}`,
  );
  for (const [name, { raw, gzip, brotli }] of Object.entries(parts)) {
    const figures = [raw, gzip, brotli].map((bytes) => (bytes / 1000).toFixed(1).padStart(9));
    console.log(`${name.padEnd(24)}${figures.join("")}`);
  }
}

/**
 * The sizes in bytes of the wasm module, of the JavaScript bundled and minified, and of both.
 *
 * @param {string} pkg the package's folder
 */
export async function packageSizes(pkg) {
  const wasm = sizes(readFileSync(join(pkg, "wasm/nchat_realtime_bg.wasm")));
  const javascript = sizes(await bundle(join(pkg, "dist/index.js")));
  const both = Object.fromEntries(
    Object.keys(wasm).map((kind) => [kind, wasm[kind] + javascript[kind]]),
  );
  return { wasm, javascript, both };
}

function sizes(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
}

async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  return outputFiles[0].contents;
}
