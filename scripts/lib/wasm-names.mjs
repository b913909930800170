// Short names between a module and its glue. Those of wasm-bindgen, with a hash in most of them, are
// a third of the glue as it is sent, and nobody reads them.
import { name, number, rewritten, section } from "./wasm-binary.mjs";

const functionKind = 0;
/** The only name that tools look for. */
const memory = "memory";

/**
 * The module with short names for its exports and for what it imports from its glue, and the
 * glue and declarations with the same.
 *
 * @param {Buffer} module
 * @param {string} glue the name under which the module imports its glue
 * @returns {{ module: Buffer, rename: (text: string) => string }}
 */
export function withShortNames(module, glue) {
  const names = new Map();
  const shorten = (long) => {
    if (long === memory) return long;
    if (!names.has(long)) names.set(long, `_${names.size.toString(36)}`);
    return names.get(long);
  };
  const shortened = rewritten(module, {
    [section.imports]: (reader) =>
      list(reader, () => {
        const [from, long] = [reader.name(), reader.name()];
        return [name(from), name(from === glue ? shorten(long) : long), importedFunction(reader)];
      }),
    [section.exports]: (reader) =>
      list(reader, () => [
        name(shorten(reader.name())),
        Buffer.from([reader.byte()]),
        number(reader.number()),
      ]),
  });
  const rename = (text) => text.replace(/[\w$]+/g, (word) => names.get(word) ?? word);
  return { module: shortened, rename };
}

function importedFunction(reader) {
  if (reader.byte() !== functionKind) {
    throw new Error("the module imports something else than functions");
  }
  return Buffer.concat([Buffer.from([functionKind]), number(reader.number())]);
}

function list(reader, item) {
  const items = reader.list(item);
  return Buffer.concat([number(items.length), ...items.flat()]);
}
