// Reads the examples out of the documents.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Block
 * @property {string} id the document, and the block's place among its TypeScript blocks, from 1
 * @property {number} line where it begins in the document
 * @property {string} code with the package's import paths
 */

const fenced = /^( *)```(?:typescript|tsx)\n(.*?)^\1```$/gms;
const inApp = /(['"])@\/(services\/realtime|hooks|providers|components)\/[^'"]+\1/g;

/**
 * All TypeScript blocks of a folder's Markdown files.
 *
 * @param {string} folder
 * @returns {Block[]}
 */
export function readBlocks(folder) {
  const documents = readdirSync(folder).filter((name) => name.endsWith(".md"));
  return documents.sort().flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    return [...text.matchAll(fenced)].map(({ index, 2: code }, place) => ({
      id: `${name.replace(/\.md$/, "")} ${place + 1}`,
      line: text.slice(0, index).split("\n").length,
      code: code.replaceAll(inApp, (_, quote, layer) => quote + entryOf(layer) + quote),
    }));
  });
}

function entryOf(layer) {
  return layer === "services/realtime" ? "nchat-realtime" : "nchat-realtime/react";
}
