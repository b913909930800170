// People for the checklists: each a page in a browser profile of their own, in one room of one server.

/** The room that all are in. */
export const room = "general";

/**
 * Opens the app for somebody: their page, connected, in the room, present.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} url the server's
 * @param {string} user
 * @param {{ presence?: object, typing?: object }} [options] of the page's services: their times, for one
 */
export async function enter(page, url, user, { presence = {}, typing = {} } = {}) {
  const token = await tokenOf(url, user);
  await page.evaluate(
    async ([url, user, token, room, presence, typing]) => {
      const client = window.newClient(url, { userId: user });
      client.presence.configure(presence);
      client.typing.configure(typing);
      client.presence.initialize();
      const seen = { presence: [], typing: [] };
      client.presence.onPresenceChange(({ userId, status }) =>
        seen.presence.push([userId, status]),
      );
      client.typing.onTypingChange((_, users, threadId) =>
        seen.typing.push([users.map(({ userId }) => userId).join(), threadId]),
      );
      Object.assign(window, { client, seen });
      await client.connect(token);
      await client.rooms.joinRoom(room);
    },
    [url, user, token, room, presence, typing],
  );
}

/** Begins to follow somebody's presence. */
export function follow(page, userId) {
  return page.evaluate((userId) => window.client.presence.subscribeToUsers([userId]), userId);
}

/** Waits until a page shows somebody with this status. */
export async function shows(page, userId, status) {
  await page.waitForFunction(
    ([userId, status]) => window.client.presence.getPresence(userId)?.status === status,
    [userId, status],
  );
}

/** What a page knows of somebody. */
export function presenceOf(page, userId) {
  return page.evaluate((userId) => {
    const { lastSeenAt, ...presence } = window.client.presence.getPresence(userId) ?? {};
    return { ...presence, lastSeenAt: lastSeenAt?.getTime() };
  }, userId);
}

/** The text of the typing line in the room, or in a thread of it, as soon as it is this one. */
export async function typingLineSays(page, text, threadId) {
  await page.waitForFunction(
    ([room, text, threadId]) => window.client.typing.getTypingText(room, threadId) === text,
    [room, text, threadId],
  );
}

/** Sends a message, and waits until another page has it: what was sent before it would be there too. */
export async function passesBetween(from, to, text) {
  await from.evaluate(([room, text]) => window.client.rooms.sendMessage(room, text), [room, text]);
  await to.waitForFunction((text) => window.client.log.messages.includes(text), text);
}

/** A token with a name in it, which others are shown. */
async function tokenOf(url, user) {
  const answer = await fetch(`${url}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId: user, name: user }),
  });
  return (await answer.json()).token;
}
