"use client";

import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { RealtimeClient } from "../realtime-client.js";
import type { SnapshotOf, Topic } from "../topics.js";

/**
 * What `select` picks of a topic's snapshot. Renders again only when the picked value changes:
 * compared by identity, and for an array or a plain object made by `select`, item by item.
 *
 * @param select - Define it outside the component, so that it is the same on every render.
 */
export function useSnapshot<T extends Topic, S>(
  client: RealtimeClient,
  topic: T,
  select: (snapshot: SnapshotOf<T>) => S,
): S {
  const subscribe = useCallback(
    (notify: () => void) => client.subscribe(topic, notify),
    [client, topic],
  );
  const [read, readOnServer] = useMemo(
    () => [
      keepEqual(() => select(client.getSnapshot(topic))),
      keepEqual(() => select(client.getServerSnapshot(topic))),
    ],
    [client, topic, select],
  );
  return useSyncExternalStore(subscribe, read, readOnServer);
}

/** Selects the whole snapshot. */
export function whole<S>(snapshot: S): S {
  return snapshot;
}

/** `read`, answering its previous result where the new one is equal to it. */
function keepEqual<S>(read: () => S): () => S {
  let last: { value: S } | undefined;
  return () => {
    const value = read();
    if (!last || !shallowEqual(last.value, value)) last = { value };
    return last.value;
  };
}

function shallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
  }
  if (!isPlainRecord(a) || !isPlainRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && Object.is(a[key], b[key]))
  );
}

function isPlainRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
