import { isPlainObject } from "../share-frozen.js";
import { field, sameData } from "./data.js";

/** What became of two editions. */
export interface Merged {
  readonly data: unknown;
  /** Dotted paths of what both sides had changed, each in its own way. */
  readonly clashes: string[];
}

/**
 * A three-way merge of two editions of `base`. Without a base it is as if nothing had been there
 * before: then nothing counts as removed.
 */
export function merge(local: unknown, remote: unknown, base: unknown): Merged {
  const clashes: string[] = [];
  return { data: mergeAt("", local, remote, base, clashes), clashes };
}

function mergeAt(
  path: string,
  local: unknown,
  remote: unknown,
  base: unknown,
  clashes: string[],
): unknown {
  if (sameData(local, remote) || sameData(remote, base)) return local;
  if (sameData(local, base)) return remote;
  if (isPlainObject(local) && isPlainObject(remote)) {
    const mergeKey = (key: string) =>
      mergeAt(
        path === "" ? key : `${path}.${key}`,
        field(local, key),
        field(remote, key),
        field(base, key),
        clashes,
      );
    const keys = new Set([...Object.keys(remote), ...Object.keys(local)]);
    const entries = [...keys].map((key) => [key, mergeKey(key)] as const);
    return Object.freeze(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
  }
  clashes.push(path);
  if (!Array.isArray(local) || !Array.isArray(remote)) return remote;
  return mergeItems(local, remote, Array.isArray(base) ? base : []);
}

/** What the server has and was not removed here, then what was added here. */
function mergeItems(
  local: readonly unknown[],
  remote: readonly unknown[],
  base: readonly unknown[],
): readonly unknown[] {
  const isLocal = membership(local);
  const isRemote = membership(remote);
  const isBase = membership(base);
  return Object.freeze([
    ...remote.filter((item) => isLocal(item) || !isBase(item)),
    ...local.filter((item) => !isRemote(item) && !isBase(item)),
  ]);
}

/** Tells whether an array has an item that says the same; at once for anything but objects. */
function membership(items: readonly unknown[]): (item: unknown) => boolean {
  const known = new Set(items);
  const objects = items.filter((item) => typeof item === "object");
  return (item) =>
    known.has(item) || (typeof item === "object" && objects.some((other) => sameData(item, other)));
}
