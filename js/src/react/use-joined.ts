"use client";

import { useEffect } from "react";
import { initUnderWay, onceLoaded } from "../init.js";
import type { ConnectionSnapshot } from "../types.js";
import { useByValue } from "./use-by-value.js";
import { useClient } from "./use-client.js";
import { useSnapshot } from "./use-snapshot.js";
import { useUserChange } from "./use-user-change.js";

/**
 * Joins rooms while the component is mounted, as soon as there is a connection, and again for
 * another user. Unmounting leaves none. A refusal is told to `client.onError`.
 */
export function useJoined(roomNames: readonly string[], enabled: boolean): void {
  const { client, identity, isSignedOut } = useClient();
  // The app may connect by itself; else a join would wake what the last user has left.
  const mayJoin = useSnapshot(client, "connection", isSignedOut ? isConnected : always);
  const userChange = useUserChange(client);
  const names = useByValue(roomNames);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another user has joined nothing yet
  useEffect(() => {
    if (!enabled || !mayJoin || names.length === 0) return;
    let isCurrent = true;
    const join = () => {
      if (isCurrent) void client.rooms.joinRooms(names);
    };
    // After the other effects of this commit: the provider's, which comes last, may change the user.
    queueMicrotask(() => {
      join();
      // Where the module could not be loaded, nothing is wanted yet when it is.
      initUnderWay()?.catch(() => onceLoaded(join));
    });
    return () => {
      isCurrent = false;
    };
  }, [client, identity, userChange, names, enabled, mayJoin]);
}

const isConnected = (connection: Readonly<ConnectionSnapshot>) => connection.isConnected;
const always = () => true;
