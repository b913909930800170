// Reading and writing of a WebAssembly module's binary format, as far as the build rewrites it.

/** Numbers of the sections that are read. */
export const section = { custom: 0, imports: 2, exports: 7, code: 10 };

const magicAndVersion = 8;

/** @returns {Generator<{ id: number, from: number, to: number }>} sections, with where their contents are */
export function* sections(module) {
  for (let at = magicAndVersion; at < module.length; ) {
    const reader = new Reader(module, at + 1);
    const size = reader.number();
    yield { id: module[at], from: reader.at, to: reader.at + size };
    at = reader.at + size;
  }
}

/**
 * The module with other contents in some of its sections.
 *
 * @param {Buffer} module
 * @param {Record<number, (reader: Reader) => Buffer>} rewrites by section
 */
export function rewritten(module, rewrites) {
  const parts = [module.subarray(0, magicAndVersion)];
  for (const { id, from, to } of sections(module)) {
    const content = rewrites[id]?.(new Reader(module, from)) ?? module.subarray(from, to);
    parts.push(sectionOf(id, content));
  }
  return Buffer.concat(parts);
}

/** A whole section. */
export function sectionOf(id, content) {
  return Buffer.concat([Buffer.from([id]), number(content.length), content]);
}

/** LEB128, unsigned. */
export function number(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** A text with its length. */
export function name(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([number(bytes.length), bytes]);
}

/** Reads a module from a place on. */
export class Reader {
  constructor(module, at) {
    this.module = module;
    this.at = at;
  }

  byte() {
    return this.module[this.at++];
  }

  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  bytes(size) {
    this.at += size;
    return this.module.subarray(this.at - size, this.at);
  }

  name() {
    return this.bytes(this.number()).toString();
  }

  /** As many items as the number that comes first says. */
  list(item) {
    return Array.from({ length: this.number() }, () => item(this));
  }
}
