/** Most messages that a room keeps. */
const limit = 1_000;

/**
 * What our engine does with messages, written in plain JavaScript as an application would on top
 * of socket.io-client: each once, in order, a gap noticed, the newest of each room kept.
 */
export class PlainState {
  #rooms = new Map();
  #listeners = new Set();
  /** How often something was missing: an application would ask for it then. */
  gaps = 0;

  join(roomName) {
    this.#rooms.set(roomName, { epoch: undefined, cursor: 0, seen: new Set(), messages: [] });
  }

  listen(listener) {
    this.#listeners.add(listener);
  }

  receive(message) {
    const room = this.#rooms.get(message.roomName);
    if (!room) return;
    if (message.epoch !== room.epoch) this.#enterEpoch(room, message.epoch);
    if (room.seen.has(message.messageId)) return;
    if (message.seq > room.cursor + 1) this.gaps += 1;
    this.#store(room, message);
    room.cursor = Math.max(room.cursor, message.seq);
    for (const listener of this.#listeners) {
      try {
        listener(message);
      } catch (error) {
        reportError(error);
      }
    }
  }

  #enterEpoch(room, epoch) {
    room.epoch = epoch;
    room.cursor = 0;
    room.seen.clear();
    room.messages = [];
  }

  #store({ seen, messages }, message) {
    let place = messages.length;
    while (place > 0 && messages[place - 1].seq > message.seq) place -= 1;
    if (place === messages.length) messages.push(message);
    else messages.splice(place, 0, message);
    seen.add(message.messageId);
    if (messages.length > limit) seen.delete(messages.shift().messageId);
  }
}
