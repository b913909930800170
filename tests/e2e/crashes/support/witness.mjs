// What the server has: another user, by the official client, who reads the whole of its log.
import { once } from "node:events";
import { io } from "socket.io-client";

/** Makes rooms at the server at `url` that the witness and these users are members of. */
export function makeRooms(url, rooms, members = ["alice"]) {
  return asWitness(url, async (socket) => {
    for (const roomName of rooms) await ask(socket, "room:create", { roomName, members });
  });
}

/**
 * Reads every message of the rooms, in the order of the log.
 *
 * @param {string} url the server's address
 * @param {string[]} rooms
 * @returns {Promise<Record<string, { content: string, clientMessageId: string, userId: string }[]>>}
 */
export function readLogs(url, rooms) {
  return asWitness(url, async (socket) => {
    const logs = {};
    for (const room of rooms) logs[room] = await logOf(socket, room);
    return logs;
  });
}

async function asWitness(url, act) {
  const auth = { token: "user:witness" };
  const socket = io(url, { transports: ["websocket"], auth, forceNew: true });
  try {
    await once(socket, "authenticated");
    return await act(socket);
  } finally {
    socket.close();
  }
}

async function logOf(socket, channelId) {
  const log = [];
  let afterSeq = 0;
  for (;;) {
    const page = await ask(socket, "sync:messages", { channelId, afterSeq, limit: 200 });
    log.push(...page.messages);
    if (!page.hasMore) return log;
    afterSeq = page.toSeq;
  }
}

async function ask(socket, event, data) {
  const answer = await socket.timeout(10_000).emitWithAck(event, data);
  if (!answer.success) throw new Error(`${event}: ${JSON.stringify(answer)}`);
  return answer.data;
}
