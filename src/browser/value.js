//# allFunctionsCalledOnLoad
// The few steps on JSON bodies that stay on the JavaScript side: a body that crossed into wasm
// memory and back would cost two to four times its JSON.parse.

const MAX_DEPTH = 128;
/** Longer ids are not looked at here. */
const MAX_ID_UNITS = 64;
/** Stands for the place of a name that is not given. */
const NO_NAME = -1;

/**
 * Up to seven units from `start` on, seven bits each, the first one lowest; -1 where one is not
 * within U+0001 to U+007F.
 */
export function packedHead(text, start, maxUnits) {
  const end = Math.min(text.length, start + maxUnits);
  let low = 0;
  let high = 0;
  for (let index = end - 1; index >= start; index -= 1) {
    const unit = text.charCodeAt(index);
    if (unit === 0 || unit > 0x7f) return -1;
    if (index - start < 4) low = (low << 7) | unit;
    else high = (high << 7) | unit;
  }
  return high * 0x10000000 + low;
}

function unpacked(packed) {
  let text = "";
  for (let rest = packed; rest > 0; rest >>>= 7) text += String.fromCharCode(rest & 0x7f);
  return text;
}

export function head(text, maxUnits) {
  return text.length <= maxUnits ? text : text.slice(0, maxUnits);
}

/** The value, or undefined where the text is not JSON. */
export function parse(text, from) {
  try {
    return JSON.parse(text.slice(from));
  } catch {
    return undefined;
  }
}

/** What the last step failed with that answered undefined, or -1. */
let failure;

export function takeFailure() {
  const thrown = failure;
  failure = undefined;
  return thrown;
}

/** Prefix and JSON; undefined where the value cannot be written. */
export function stringify(prefix, value) {
  try {
    return prefix + JSON.stringify(value === undefined ? null : value);
  } catch (error) {
    failure = error;
    return undefined;
  }
}

/** As `stringify`, with the prefix as two numbers of up to four units each. */
export function stringifyPacked(low, high, value) {
  return stringify(unpacked(low) + unpacked(high), value);
}

/** Sends, or answers false. */
export function send(socket, frame) {
  try {
    socket.send(frame);
    return true;
  } catch {
    return false;
  }
}

/** `[event, ...args]`. */
export function packetOf(event, args) {
  return [event, ...args];
}

/** `[event, data]`, or `[event]`. */
export function packetWith(event, data) {
  return data === undefined ? [event] : [event, data];
}

/** Promises that are settled from the other side, by number. */
export class Promises {
  #pending = new Map();

  open(number) {
    return new Promise((resolve, reject) => this.#pending.set(number, { resolve, reject }));
  }

  resolve(number, value) {
    this.#pending.get(number)?.resolve(value);
    this.#pending.delete(number);
  }

  reject(number, error) {
    this.#pending.get(number)?.reject(error);
    this.#pending.delete(number);
  }

  rejectAll(error) {
    for (const number of [...this.#pending.keys()]) this.reject(number, error);
  }
}

/** Element `index`, or undefined where there is none, or no array. */
export function element(array, index) {
  return Array.isArray(array) ? array[index] : undefined;
}

/** Own field `key`; undefined for null, for what only a prototype has, and for what cannot be read. */
export function field(object, key) {
  if (typeof object !== "object" || object === null) return undefined;
  try {
    const value = object[key];
    return value === undefined || value === null || !Object.hasOwn(object, key) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** The number in a field: Infinity where the field is absent, NaN where it holds anything else. */
export function numberField(object, key) {
  const value = field(object, key);
  if (value === undefined) return Number.POSITIVE_INFINITY;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Names that come again and again, each with its place in the list on the other side. */
const names = new Map();

/** False for a name that is kept already. */
export function keepName(name) {
  if (names.has(name)) return false;
  names.set(name, names.size);
  return true;
}

/** The place of a kept name; -1 for a name that is not kept, -2 for what is no text, -3 for nothing. */
export function nameElement(array, index) {
  return placeOf(element(array, index));
}

export function nameField(object, key) {
  return placeOf(field(object, key));
}

function placeOf(name) {
  if (typeof name === "string") return names.get(name) ?? -1;
  return name === undefined || name === null ? -3 : -2;
}

/**
 * Hands on what a socket brings. A text that begins as `prefix` says, an event's beginning, is
 * offered to `next` as numbers; it goes whole to `came` where `next` does not take it, as
 * everything else does.
 */
export function listen(socket, prefix, maxUnits, next, came) {
  const from = prefix.indexOf("[");
  socket.onmessage = ({ data }) => {
    const isMeant = typeof data === "string" && data.length <= maxUnits && data.startsWith(prefix);
    if (!isMeant || !offer(parse(data, from), next)) came(data);
  };
}

/** Offers a packet whose message says all that puts it in order, under names that are kept. */
function offer(packet, next) {
  if (packet?.length !== 2 || typeof packet[1] !== "object" || packet[1] === null) return false;
  const { roomName, userId, messageId, epoch, seq } = packet[1];
  const room = names.get(roomName);
  const user = names.get(userId);
  const era = epoch === undefined ? NO_NAME : names.get(epoch);
  if (room === undefined || user === undefined || era === undefined) return false;
  if (typeof messageId !== "string" || messageId === "" || messageId.length > MAX_ID_UNITS) {
    return false;
  }
  return Number.isSafeInteger(seq) && seq > 0 && next(room, user, era, seq, packet, packet[1]);
}

/** Calls the sink. What it throws is reported there, and is not the caller's to handle. */
export function tell(sink, kind, a, b, c, d) {
  try {
    sink(kind, a, b, c, d);
  } catch {}
}

export function withFields(object, keys, values) {
  const copy = { ...object };
  for (let index = 0; index < keys.length; index += 1) copy[keys[index]] = values[index];
  return copy;
}

/** 1 where there are bytes inside, 0 where there are none, -1 where that cannot be found out. */
export function carriesBytes(value) {
  try {
    return hasBytes(value, 0) ? 1 : 0;
  } catch (error) {
    failure = error;
    return -1;
  }
}

/** `[body with placeholders, attachments]`. */
export function detach(value) {
  const attachments = [];
  return [withPlaceholders(value, attachments), attachments];
}

/** The body with each placeholder replaced by its attachment. Throws 'depth' or 'placeholder'. */
export function attach(value, attachments, depth = 0) {
  if (value === null || typeof value !== "object") return value;
  if (depth > MAX_DEPTH) throw "depth";
  if (value._placeholder === true) {
    const { num } = value;
    if (!Number.isInteger(num) || num < 0 || num >= attachments.length) throw "placeholder";
    return attachments[num];
  }
  for (const key of Object.keys(value)) value[key] = attach(value[key], attachments, depth + 1);
  return value;
}

export function toBase64(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function fromBase64(encoded) {
  return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
}

function hasBytes(value, depth) {
  if (value === null || typeof value !== "object") return false;
  if (depth > MAX_DEPTH) throw "depth";
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return true;
  if (typeof Blob !== "undefined" && value instanceof Blob) throw "blob";
  if (typeof value.toJSON === "function") return false;
  if (Array.isArray(value)) return value.some((item) => hasBytes(item, depth + 1));
  for (const key in value) {
    if (Object.hasOwn(value, key) && hasBytes(value[key], depth + 1)) return true;
  }
  return false;
}

function withPlaceholders(value, attachments) {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof ArrayBuffer) return placeholder(new Uint8Array(value.slice(0)), attachments);
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return placeholder(
      new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)),
      attachments,
    );
  }
  if (typeof value.toJSON === "function") return value;
  if (Array.isArray(value)) return value.map((item) => withPlaceholders(item, attachments));
  const copy = {};
  for (const key of Object.keys(value)) copy[key] = withPlaceholders(value[key], attachments);
  return copy;
}

function placeholder(bytes, attachments) {
  return { _placeholder: true, num: attachments.push(bytes) - 1 };
}
