// The example chat as an ordinary Next.js app: built, rendered on the server, and in development.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { example, installExample } from "../../scripts/lib/example.mjs";
import { startDevServer } from "./support/dev-server.mjs";
import { atServer, connectionSays, say, withChat } from "./support/example.mjs";
import { buildNext, complaints, serveNext } from "./support/next.mjs";

const openChat = withChat();
before(installExample);

test("it builds, renders the chat on the server, and comes alive in the browser, without a warning", async (t) => {
  openChat.closeAfter(t);
  const server = await startDevServer(t);
  const env = { NEXT_PUBLIC_REALTIME_URL: server.url };
  assert.deepEqual(complaints(await buildNext(env)), []);
  const { url, printed } = await serveNext(t, "start", env);

  const html = await (await fetch(`${url}/?user=alice`)).text();
  for (const part of ["alice", "announcements", 'role="log"', "Message to general"]) {
    assert.ok(html.includes(part), `the server rendered ${part}`);
  }

  const alice = await openChat(t, `${url}/?user=alice`);
  await connectionSays(alice, "Connected");
  await say(alice, "from a rendered page");
  await atServer(alice, "from a rendered page");
  assert.deepEqual(complaints(printed()), []);
});

test("under next dev, with React's checks on, the page says nothing either", async (t) => {
  openChat.closeAfter(t);
  const server = await startDevServer(t);
  const env = { NEXT_PUBLIC_REALTIME_URL: server.url };
  const { url, printed } = await serveNext(t, "dev", env);
  const alice = await openChat(t, `${url}/?user=alice`);
  await connectionSays(alice, "Connected");
  await say(alice, "from development");
  await atServer(alice, "from development");
  assert.equal(await server.connections(), 1, "StrictMode mounts twice, and one socket is open");
  assert.deepEqual(complaints(printed()), []);
});

test("its lock file holds no checksum of the package, which is another with every build", () => {
  const lock = JSON.parse(readFileSync(join(example, "package-lock.json"), "utf8"));
  assert.equal(lock.packages["node_modules/nchat-realtime"].integrity, undefined);
});
