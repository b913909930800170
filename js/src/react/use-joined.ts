"use client";

import { useEffect } from "react";
import { useByValue } from "./use-by-value.js";
import { useClient } from "./use-client.js";

/**
 * Joins rooms while the component is mounted, as soon as there is a connection, and again for
 * another user. Unmounting leaves none. A refusal is told to `client.onError`.
 */
export function useJoined(roomNames: readonly string[], enabled: boolean): void {
  const { client, identity } = useClient();
  const names = useByValue(roomNames);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another user has joined nothing yet
  useEffect(() => {
    // Acts after the other effects of this commit: among them may be the provider's change of user.
    if (enabled && names.length > 0) void client.rooms.joinRooms(names);
  }, [client, identity, names, enabled]);
}
