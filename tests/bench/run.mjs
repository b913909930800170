// Runs every figure, or those named, and gives them.
import { cpus } from "node:os";
import { clientCode } from "./figures/client-code.mjs";
import { connecting } from "./figures/connecting.mjs";
import { drain } from "./figures/drain.mjs";
import { idle } from "./figures/idle.mjs";
import { memory } from "./figures/memory.mjs";
import { presence } from "./figures/presence.mjs";
import { queue } from "./figures/queue.mjs";
import { realFrames } from "./figures/real-frames.mjs";
import { roundTrips } from "./figures/round-trips.mjs";
import { size } from "./figures/size.mjs";
import { sync } from "./figures/sync.mjs";
import { Browser } from "./support/chromium.mjs";
import { startSite } from "./support/site.mjs";
import { startServer } from "./support/start-server.mjs";

/** Those that need the server of this repository. */
export const withOurServer = { queue, drain, sync };
export const groups = {
  clientCode,
  realFrames,
  roundTrips,
  connecting,
  idle,
  memory,
  presence,
  ...withOurServer,
  size,
};

const full = {
  times: { rounds: 7, warmUp: 2 },
  scale: 1,
  idleMs: 30_000,
  idleRounds: 3,
  drainRounds: 3,
  memoryRounds: 5,
};
const short = {
  times: { rounds: 2, warmUp: 1 },
  scale: 0.1,
  idleMs: 2_000,
  idleRounds: 1,
  drainRounds: 1,
  memoryRounds: 1,
};

/**
 * @param {{ quick: boolean, names: string[] }} options quick: a few seconds, to see that all of it works
 * @returns {Promise<{ machine: object, figures: import("./support/figure.mjs").Figure[] }>}
 */
export async function runBench({ quick, names }) {
  const site = await startSite();
  const server = await startServer();
  const browser = new Browser();
  try {
    const setting = { browser, site, server, ...(quick ? short : full) };
    const figures = [];
    for (const name of names) {
      console.log(`measuring: ${name}`);
      figures.push(...(await groups[name](setting)));
    }
    const { product } = await browser.send("Browser.getVersion");
    const machine = {
      browser: product,
      node: process.version,
      cpu: cpus()[0].model,
      cores: cpus().length,
    };
    return { machine, figures };
  } finally {
    await browser.close();
    server.close();
    site.close();
  }
}
