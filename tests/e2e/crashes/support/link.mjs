// A link that can be slow, or down: in front of a server, at an address that stays.
import { connect, createServer } from "node:net";
import { listening } from "../../support/listening.mjs";

/**
 * Starts a link to the server at `url`; it goes after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} url
 */
export async function startLink(t, url) {
  const { hostname, port } = new URL(url);
  const open = new Set();
  let isUp = true;
  let answersTakeMs = 0;
  const link = {
    url: "",
    /** Takes the link down: what is connected is cut, and nothing connects. */
    cut() {
      isUp = false;
      for (const socket of open) socket.destroy();
    },
    /** Puts it up again, for new connections; the server's answers take so much longer. */
    mend(delayMs = 0) {
      link.cut();
      isUp = true;
      answersTakeMs = delayMs;
    },
  };
  const server = createServer((client) => {
    if (!isUp) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      open.add(one);
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
    client.on("data", (bytes) => upstream.write(bytes));
    upstream.on("data", (bytes) => setTimeout(() => client.write(bytes), answersTakeMs));
  });
  link.url = await listening(server);
  t.after(() => {
    link.cut();
    server.close();
  });
  return link;
}
