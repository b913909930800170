import { figure } from "../support/figure.mjs";
import { withOwnServer } from "../support/own-server.mjs";
import { Person } from "../support/person.mjs";
import { inTurn, spread } from "../support/rounds.mjs";
import { ofEach, pageUrl, withSides } from "../support/sides.mjs";

const sides = { ours: "ours", official: "official" };
const bytes = 100;
const count = 100;

/** How long it takes, after a reconnect, until messages that were missed are in the timeline. */
export async function sync({ browser, site, times }) {
  const rounds = await withOwnServer(async (server) => {
    const bob = new Person(server, "bob");
    const urls = ofEach(sides, (side) =>
      pageUrl(site.origin, "sync", { side, server, user: side }),
    );
    let made = 0;
    const catchUp = async (page) => {
      made += 1;
      const roomName = `missed-${made}`;
      await bob.request("room:create", { roomName });
      await bob.say(roomName, 1, bytes);
      await page.call("enter", roomName);
      await page.call("lose");
      await bob.say(roomName, count, bytes);
      const took = await page.call("catchUp", roomName, count);
      await page.call("leave", roomName);
      return took;
    };
    try {
      return await withSides(browser, urls, (pages) =>
        inTurn(
          ofEach(pages, (page) => () => catchUp(page)),
          times,
        ),
      );
    } finally {
      bob.leave();
    }
  });
  const name = `${count} missed messages`;
  return [
    {
      name: `${name}, in the timeline`,
      unit: "ms",
      sides: { ours: spread(rounds.ours) },
      atMost: 100,
    },
    figure({ name: `${name}, beside one request`, unit: "ms", against: "official" }, rounds),
  ];
}
