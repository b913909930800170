// An order of a module's functions in which each resembles the one before it. What brotli has
// seen just now it refers to in fewer bits than what is far away.
import { name, number, Reader, section, sectionOf, sections } from "./wasm-binary.mjs";

/** Bytes of a piece that two functions may have in common. */
const pieceSize = 4;
/** A piece that more than this share of the functions have says nothing. */
const commonShare = 1 / 3;
/** Functions are compared with this many before them; the last one counts most. */
const remembered = 3;
/** Keeps a function of a few bytes from resembling every other. */
const smallest = 5;
/** How much of what two functions have in common is put down to their size: 0 nothing, 1 all. */
const sizeWeight = 0.8;

/**
 * The module with names for its functions, in whose alphabetical order they are to be put.
 *
 * @param {Buffer} module without names
 */
export function namedInOrder(module) {
  const found = new Map();
  for (const { id, from } of sections(module)) found.set(id, new Reader(module, from));
  const imported = found.get(section.imports).number();
  const bodies = found.get(section.code).list((reader) => reader.bytes(reader.number()));
  const names = Array(bodies.length);
  order(bodies).forEach((index, place) => {
    names[index] = [number(imported + index), name(String(place).padStart(6, "0"))];
  });
  const functionNames = 1;
  const list = Buffer.concat([number(names.length), ...names.flat()]);
  const content = Buffer.concat([name("name"), sectionOf(functionNames, list)]);
  return Buffer.concat([module, sectionOf(section.custom, content)]);
}

/** @returns {number[]} indices of the bodies, from the first one on always the most similar next */
function order(bodies) {
  const { pieces, owners } = inCommon(bodies);
  const waiting = new Set(bodies.keys());
  const ordered = [];
  for (let next = 0; next !== undefined; next = mostSimilar(ordered.slice(-remembered))) {
    waiting.delete(next);
    ordered.push(next);
  }
  return ordered;

  function mostSimilar(before) {
    const scores = new Float64Array(bodies.length);
    before.forEach((index, place) => {
      for (const piece of pieces[index]) {
        const others = owners.get(piece);
        const score = Math.log(bodies.length / others.length) * (place + 1);
        for (const other of others) scores[other] += score;
      }
    });
    let best;
    let bestScore = -1;
    for (const index of waiting) {
      const score = scores[index] / (pieces[index].length + smallest) ** sizeWeight;
      if (score > bestScore) [best, bestScore] = [index, score];
    }
    return best;
  }
}

/** The pieces of each body that some others have too, and who has them. */
function inCommon(bodies) {
  const owners = new Map();
  const all = bodies.map((body, index) => {
    const pieces = new Set();
    for (let at = 0; at + pieceSize <= body.length; at += 1) pieces.add(body.readUInt32LE(at));
    for (const piece of pieces) {
      if (owners.has(piece)) owners.get(piece).push(index);
      else owners.set(piece, [index]);
    }
    return [...pieces];
  });
  const says = (piece) => {
    const count = owners.get(piece).length;
    return count > 1 && count < bodies.length * commonShare;
  };
  return { pieces: all.map((pieces) => pieces.filter(says)), owners };
}
