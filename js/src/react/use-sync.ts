"use client";

import { useMemo } from "react";
import type { SyncResult, SyncSnapshot } from "../types.js";
import { useClient } from "./use-client.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/** What {@link useSync} returns. */
export interface UseSyncResult extends Readonly<SyncSnapshot> {
  /** Synchronises now. Stable. Rejects as `SyncService.syncOnReconnect`. */
  sync: () => Promise<SyncResult>;
  /** Ends a synchronisation under way. Stable. */
  cancel: () => void;
}

/** Where synchronisation stands. Renders again when that changes. */
export function useSync(): UseSyncResult {
  const { client } = useClient();
  const snapshot = useSnapshot(client, "sync", whole);
  const actions = useMemo(
    () => ({
      sync: () => client.sync.syncOnReconnect(),
      cancel: () => client.sync.cancelSync(),
    }),
    [client],
  );
  return { ...snapshot, ...actions };
}
