// The few steps on JSON bodies that stay on the JavaScript side: a body that crossed into wasm
// memory and back would cost two to four times its JSON.parse.

const MAX_DEPTH = 128;

export function head(text, maxUnits) {
  return text.length <= maxUnits ? text : text.slice(0, maxUnits);
}

export function parse(text, from) {
  return JSON.parse(text.slice(from));
}

export function stringify(prefix, value) {
  return prefix + JSON.stringify(value === undefined ? null : value);
}

/** Own field `key`, or undefined: what a prototype has is no field. */
export function field(object, key) {
  const value = object[key];
  return value === undefined || Object.hasOwn(object, key) ? value : undefined;
}

export function withFields(object, keys, values) {
  const copy = { ...object };
  for (let index = 0; index < keys.length; index += 1) copy[keys[index]] = values[index];
  return copy;
}

/** `[body with placeholders, attachments]`, or undefined where there are no bytes inside. */
export function detach(value) {
  if (!hasBytes(value, 0)) return undefined;
  const attachments = [];
  const body = withPlaceholders(value, attachments);
  return [body, attachments];
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
