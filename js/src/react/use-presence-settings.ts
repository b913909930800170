"use client";

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { hostOf } from "../client-host.js";
import { isRealtimeError } from "../errors.js";
import type {
  PresenceSettings,
  PresenceSettingsInput,
  PresenceVisibility,
} from "../presence/settings.js";
import type { RealtimeClient } from "../realtime-client.js";
import { useClient } from "./use-client.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/** What {@link usePresenceSettings} returns. Setters resolve with whether it was done; all functions are stable. */
export interface UsePresenceSettingsResult {
  /** This user's settings, frozen; null until they are known. */
  settings: Readonly<PresenceSettings> | null;
  /** Whether they are being read, or changed. */
  isLoading: boolean;
  /** Why the last reading or change failed; null where it did not. */
  error: string | null;
  /** Changes some of the settings; the others stay. */
  updateSettings: (input: PresenceSettingsInput) => Promise<boolean>;
  setVisibility: (visibility: PresenceVisibility) => Promise<boolean>;
  setShowLastSeen: (isShown: boolean) => Promise<boolean>;
  setShowOnlineStatus: (isShown: boolean) => Promise<boolean>;
  setAllowReadReceipts: (isAllowed: boolean) => Promise<boolean>;
  setInvisibleMode: (isInvisible: boolean) => Promise<boolean>;
  /** Reads them anew. */
  refresh: () => Promise<boolean>;
}

/**
 * This user's settings: who may know what of them. Renders again when they change, on this or
 * another device.
 */
export function usePresenceSettings(): UsePresenceSettingsResult {
  const { client } = useClient();
  const settings = useSnapshot(client, "settings", whole);
  const [pending, setPending] = useState(0);
  const [error, setError] = useState<string | null>(null);

  const run = useCallback(async (action: () => Promise<unknown>) => {
    setPending((count) => count + 1);
    try {
      await action();
      setError(null);
      return true;
    } catch (failure) {
      setError(isRealtimeError(failure) ? failure.message : String(failure));
      return false;
    } finally {
      setPending((count) => count - 1);
    }
  }, []);

  const actions = useMemo(() => {
    const update = (input: PresenceSettingsInput) =>
      run(() => client.presence.changeSettings(input));
    return {
      updateSettings: update,
      setVisibility: (visibility: PresenceVisibility) => update({ visibility }),
      setShowLastSeen: (showLastSeen: boolean) => update({ showLastSeen }),
      setShowOnlineStatus: (showOnlineStatus: boolean) => update({ showOnlineStatus }),
      setAllowReadReceipts: (allowReadReceipts: boolean) => update({ allowReadReceipts }),
      setInvisibleMode: (invisibleMode: boolean) => update({ invisibleMode }),
      refresh: () => run(() => hostOf(client).account.refreshSettings()),
    };
  }, [client, run]);

  useEffect(() => hostOf(client).account.activate(), [client]);
  const isReading = useIsReading(client);
  return { settings, isLoading: pending > 0 || isReading, error, ...actions };
}

/** Whether settings are read, whoever asked for that: with a connection they are read by themselves. */
function useIsReading(client: RealtimeClient): boolean {
  const subscribe = useCallback(
    (notify: () => void) => client.subscribe("settings", notify),
    [client],
  );
  return useSyncExternalStore(subscribe, () => hostOf(client).account.isReading, isNotReading);
}

const isNotReading = () => false;
