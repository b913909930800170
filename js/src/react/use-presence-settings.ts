"use client";

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { hostOf } from "../client-host.js";
import { isRealtimeError } from "../errors.js";
import type { PresenceAccount } from "../presence/account.js";
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
  /** Why this component's last change failed, or the last reading, whoever asked for it; null where they did not. */
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
  const [failure, setFailure] = useState<unknown>();

  const run = useCallback(async (action: () => Promise<unknown>) => {
    setPending((count) => count + 1);
    try {
      await action();
      setFailure(undefined);
      return true;
    } catch (error) {
      setFailure(error);
      return false;
    } finally {
      setPending((count) => count - 1);
    }
  }, []);

  const actions = useMemo(() => {
    // Why a reading failed is known to all, until another one is done.
    const refresh = async () => {
      try {
        await hostOf(client).account.refreshSettings();
        setFailure(undefined);
        return true;
      } catch {
        return false;
      }
    };
    const update = (input: PresenceSettingsInput) =>
      run(() => client.presence.changeSettings(input));
    return {
      updateSettings: update,
      setVisibility: (visibility: PresenceVisibility) => update({ visibility }),
      setShowLastSeen: (showLastSeen: boolean) => update({ showLastSeen }),
      setShowOnlineStatus: (showOnlineStatus: boolean) => update({ showOnlineStatus }),
      setAllowReadReceipts: (allowReadReceipts: boolean) => update({ allowReadReceipts }),
      setInvisibleMode: (invisibleMode: boolean) => update({ invisibleMode }),
      refresh,
    };
  }, [client, run]);

  useEffect(() => hostOf(client).account.activate(), [client]);
  const isReading = useAccount(client, isRead, false);
  const readingError = useAccount(client, errorOf, undefined);
  const error = textOf(failure ?? readingError);
  return { settings, isLoading: pending > 0 || isReading, error, ...actions };
}

/** What is so of the readings, whoever asked for them: with a connection they are done by themselves. */
function useAccount<T>(client: RealtimeClient, read: (of: PresenceAccount) => T, initial: T): T {
  const subscribe = useCallback(
    (notify: () => void) => client.subscribe("settings", notify),
    [client],
  );
  return useSyncExternalStore(
    subscribe,
    () => read(hostOf(client).account),
    () => initial,
  );
}

const isRead = (account: PresenceAccount) => account.isReading;
const errorOf = (account: PresenceAccount) => account.readingError;

function textOf(error: unknown): string | null {
  if (error === undefined) return null;
  return isRealtimeError(error) ? error.message : String(error);
}
