import { refused } from "../checks.js";
import { isPlainObject } from "../share-frozen.js";

/** Levels of objects and arrays in one another. A cycle has more. */
const MAX_DEPTH = 100;

/**
 * A frozen copy of data from outside: plain objects, arrays and dates; anything else is taken as
 * it is. A key whose value is `undefined` counts as absent.
 *
 * @throws `VALIDATION_ERROR` for a cycle, more than 100 levels, a key `__proto__`, and a getter
 * that throws.
 */
export function checkedData<T>(data: T): T {
  try {
    return copy(data, 0) as T;
  } catch (cause) {
    throw refused("The data cannot be read", cause);
  }
}

/** Whether two pieces of {@link checkedData} say the same. The order of keys does not count. */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Date) return b instanceof Date && Object.is(a.getTime(), b.getTime());
  if (!isTree(a) || !isTree(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameData(a[key], b[key]))
  );
}

/** What a piece of data has of its own under a key. */
export function field(data: unknown, key: string): unknown {
  return isPlainObject(data) && Object.hasOwn(data, key) ? data[key] : undefined;
}

/** Whether it is looked into: an array or a plain object, both by their keys. */
function isTree(value: unknown): value is Record<string, unknown> {
  return Array.isArray(value) || isPlainObject(value);
}

function copy(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new RangeError(`cyclic, or more than ${MAX_DEPTH} levels deep`);
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) {
    return Object.freeze(Array.from(value, (item) => copy(item, depth + 1)));
  }
  if (!isPlainObject(value)) return value;
  if (Object.hasOwn(value, "__proto__")) throw new TypeError("a key is named __proto__");
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [key, copy(item, depth + 1)]);
  return Object.freeze(Object.fromEntries(entries));
}
