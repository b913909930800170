import { withOwnServer } from "../support/own-server.mjs";
import { Person } from "../support/person.mjs";
import { spread } from "../support/rounds.mjs";
import { pageUrl, withSides } from "../support/sides.mjs";

/** How long a task may keep a page from answering its user, in milliseconds: a "long task" begins there. */
const longTaskMs = 50;

/** A queue of 10,000, in one room: its time, and the longest task of the page meanwhile. */
export async function drain({ browser, site, scale, drainRounds }) {
  const count = 10_000 * scale;
  const filled = [];
  const drained = [];
  for (let round = 0; round < drainRounds; round += 1) {
    await withOwnServer(async (server) => {
      const reader = new Person(server, "reader");
      const urls = { ours: pageUrl(site.origin, "drain", { server, user: "ours" }) };
      await withSides(browser, urls, async ({ ours }) => {
        await ours.call("enter", "long");
        filled.push(await ours.call("fill", "long", count));
        drained.push(await ours.call("drain", count));
      });
      await reader.request("room:join", { roomName: "long" });
      checkHistory(await reader.history("long"), count);
      reader.leave();
    });
  }
  const ours = (figures, field) => ({ ours: spread(figures.map((one) => one[field])) });
  return [
    {
      name: `${count} queued messages, acknowledged in order`,
      unit: "ms",
      sides: ours(drained, "ms"),
    },
    {
      name: "longest task meanwhile",
      unit: "ms",
      sides: ours(drained, "longestTask"),
      atMost: longTaskMs,
    },
    {
      name: "longest task while they were queued",
      unit: "ms",
      sides: ours(filled, "longestTask"),
      atMost: longTaskMs,
    },
  ];
}

/** Each number once, in order, at the server. */
function checkHistory(messages, count) {
  if (messages.length !== count) throw new Error(`the server has ${messages.length} messages`);
  const wrong = messages.findIndex(({ content }, index) => content !== String(index + 1));
  if (wrong >= 0) throw new Error(`message ${wrong + 1} is ${messages[wrong].content}`);
}
