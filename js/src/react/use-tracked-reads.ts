"use client";

import { useCallback, useEffect, useReducer, useRef, useSyncExternalStore } from "react";
import type { RealtimeClient } from "../realtime-client.js";
import type { SnapshotOf, Topic } from "../topics.js";

/** Reads a topic's snapshot. */
export type ReadTopic = <T extends Topic>(topic: T) => SnapshotOf<T>;

type Reads = Map<Topic, unknown>;

/**
 * A stable function that reads topics, for hooks whose callers decide what they read; and a number
 * that is another one after each change of what was read. The component renders again when a topic
 * changes that was read since the last such change, by it or by a child that got the function.
 */
export function useTrackedReads(client: RealtimeClient): [read: ReadTopic, version: number] {
  const [version, renderAgain] = useReducer((count: number) => count + 1, 0);
  const isHydrating = useSyncExternalStore(neverNotify, isFalse, isTrue);
  const reads: Reads = new Map();
  // Written while rendering: what is read is known to this render only, which may come to nothing.
  const latest = useRef({ reads, isHydrating });
  latest.current = { reads, isHydrating };

  const subscriptions = useRef(new Map<Topic, () => void>());
  /** Whose topics are watched: none's before mounting and after unmounting. */
  const watched = useRef<RealtimeClient>(undefined);
  useEffect(() => {
    const held = subscriptions.current;
    watched.current = client;
    return () => {
      watched.current = undefined;
      for (const unsubscribe of held.values()) unsubscribe();
      held.clear();
    };
  }, [client]);

  const watch = useCallback(
    (topic: Topic, snapshot: unknown) => {
      const held = subscriptions.current;
      if (watched.current !== client || held.has(topic)) return;
      held.set(topic, client.subscribe(topic, renderAgain));
      if (client.getSnapshot(topic) !== snapshot) renderAgain();
    },
    [client],
  );

  const settled = useRef(version);
  useEffect(() => {
    const held = subscriptions.current;
    // A memoized child that reads does so again only after a change: until then its topics stay.
    const isAnother = settled.current !== version;
    settled.current = version;
    for (const [topic, unsubscribe] of held) {
      if (!isAnother || reads.has(topic)) continue;
      unsubscribe();
      held.delete(topic);
    }
    for (const [topic, snapshot] of reads) watch(topic, snapshot);
  });

  const read = useCallback<ReadTopic>(
    (topic) => {
      const { reads, isHydrating } = latest.current;
      // While hydrating it is what the server rendered, whatever has come since.
      const snapshot = isHydrating ? client.getServerSnapshot(topic) : client.getSnapshot(topic);
      reads.set(topic, snapshot);
      // A child that renders alone brings about no effect of this component.
      if (watched.current === client && !subscriptions.current.has(topic)) {
        queueMicrotask(() => watch(topic, snapshot));
      }
      return snapshot;
    },
    [client, watch],
  );
  return [read, version];
}

const neverNotify = () => () => undefined;
const isFalse = () => false;
const isTrue = () => true;
