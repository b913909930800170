/** @typedef {{ median: number, low: number, high: number }} Spread */

/**
 * Measures several sides in turn (A B C, A B C, ...), after rounds that warm up and do not count.
 *
 * @param {Record<string, () => Promise<number>>} sides each gives one figure
 * @param {{ rounds: number, warmUp: number }} times
 * @returns {Promise<Record<string, number[]>>} the figures of each side, round by round
 */
export async function inTurn(sides, { rounds, warmUp }) {
  const figures = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(sides)) {
      const figure = await measure();
      if (round >= 0) figures[name].push(figure);
    }
  }
  return figures;
}

/** @param {number[]} figures @returns {Spread} the median, the least, the greatest */
export function spread(figures) {
  const sorted = figures.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: sorted[0], high: sorted.at(-1) };
}

/**
 * How one side stands to another: round by round, so that what slows the machine for a while
 * slows both.
 *
 * @param {number[]} figures
 * @param {number[]} others
 */
export function ratio(figures, others) {
  return spread(figures.map((figure, round) => figure / others[round]));
}

/** @param {number[]} sorted ascending @param {number} part from 0 to 1 */
export function quantile(sorted, part) {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place % 1);
}
