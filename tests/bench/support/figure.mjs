import { ratio, spread } from "./rounds.mjs";

/**
 * One line of the table: a figure of ours beside another's.
 *
 * @typedef {object} Figure
 * @property {string} name
 * @property {string} unit of the sides
 * @property {Record<string, import("./rounds.mjs").Spread>} sides ours, the one it is compared with, others for information
 * @property {string} [against] the side that the ratio is to
 * @property {import("./rounds.mjs").Spread} [ratio] ours to that side, round by round
 * @property {number} [atMost] what is to be reached: of the ratio, or of ours where there is none
 */

/**
 * Makes a figure of what every round gave.
 *
 * @param {{ name: string, unit: string, against: string, atMost?: number }} about
 * @param {Record<string, number[]>} rounds
 * @returns {Figure}
 */
export function figure({ against, ...about }, rounds) {
  const sides = Object.entries(rounds).map(([side, figures]) => [side, spread(figures)]);
  return {
    ...about,
    against,
    sides: Object.fromEntries(sides),
    ratio: ratio(rounds.ours, rounds[against]),
  };
}

/** Prints figures as a table: medians, and of the ratio what it lay between. */
export function printTable(figures) {
  const rows = figures.map(row);
  const head = ["figure", "unit", "ours", "the other", "ratio", "(from to)", "at most", ""];
  const widths = head.map((text, column) =>
    Math.max(text.length, ...rows.map((cells) => cells[column].length)),
  );
  console.log();
  for (const cells of [head, ...rows]) {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    );
    console.log(padded.join("  ").trimEnd());
  }
}

function row({ name, unit, sides, against, ratio: found, atMost }) {
  const reached = (found ?? sides.ours).median;
  return [
    name,
    unit,
    number(sides.ours.median),
    against ? `${number(sides[against].median)} ${against}` : "",
    found ? found.median.toFixed(2) : "",
    found ? `(${found.low.toFixed(2)} ${found.high.toFixed(2)})` : "",
    atMost === undefined ? "" : String(atMost),
    atMost === undefined ? "" : reached <= atMost ? "reached" : "MISSED",
  ];
}

function number(value) {
  return value.toPrecision(value < 1_000 ? 3 : 4);
}
