/**
 * `next`, frozen, with every part that equals its counterpart in `previous` taken over from
 * there: who compares by identity sees only what really changed. Plain objects, arrays and dates
 * are looked into; anything else is compared as it is.
 */
export function shareFrozen<T>(previous: unknown, next: T): T {
  if (Object.is(previous, next)) return next;
  if (Array.isArray(next)) {
    const before: unknown[] = Array.isArray(previous) ? previous : [];
    const shared = next.map((item, index) => shareFrozen(before[index], item));
    const same =
      before === previous &&
      before.length === shared.length &&
      shared.every((item, index) => item === before[index]);
    return (same ? before : Object.freeze(shared)) as T;
  }
  if (next instanceof Date) {
    return previous instanceof Date && previous.getTime() === next.getTime()
      ? (previous as T)
      : next;
  }
  return isPlainObject(next) ? (shareObject(previous, next) as T) : next;
}

function shareObject(previous: unknown, next: PlainObject): PlainObject {
  const before = isPlainObject(previous) ? previous : {};
  const keys = Object.keys(next);
  const shared = Object.fromEntries(keys.map((key) => [key, shareFrozen(before[key], next[key])]));
  const same =
    before === previous &&
    keys.length === Object.keys(before).length &&
    keys.every((key) => key in before && Object.is(shared[key], before[key]));
  return same ? before : Object.freeze(shared);
}

export type PlainObject = Record<string, unknown>;

/** Whether it was made as `{ … }`, by `JSON.parse` or without a prototype: no class, no array. */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
