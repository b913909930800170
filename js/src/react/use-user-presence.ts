"use client";

import { useEffect } from "react";
import { hostOf } from "../client-host.js";
import type { UserPresence } from "../types.js";
import { useByValue } from "./use-by-value.js";
import { useClient } from "./use-client.js";
import { useSnapshot, whole } from "./use-snapshot.js";

/**
 * How a user is, as far as this one may see it; undefined until something is known. Any number of
 * components may ask for the same user. It renders again when that user changes, once a frame at
 * most, and never changes this user's own status.
 */
export function useUserPresence(userId: string): Readonly<UserPresence> | undefined {
  const { client } = useClient();
  useWanted([userId]);
  return useSnapshot(client, `user:${userId}`, whole);
}

/**
 * Whether a user is online, away or busy, as far as this one may see it. Any number of components
 * may ask for the same user; it renders again only when that changes.
 */
export function useUserOnlineStatus(userId: string): boolean {
  const { client } = useClient();
  useWanted([userId]);
  return useSnapshot(client, `user:${userId}`, selectIsThere);
}

/** Wants to know of users while the component is mounted. */
export function useWanted(userIds: readonly string[]): void {
  const { client } = useClient();
  const ids = useByValue(userIds);
  useEffect(() => {
    const { presence } = hostOf(client);
    presence.want(ids);
    return () => presence.unwant(ids);
  }, [client, ids]);
}

function selectIsThere(presence: Readonly<UserPresence> | undefined): boolean {
  return presence !== undefined && presence.status !== "offline";
}
