"use client";

import { useEffect, useState } from "react";
import { hostOf } from "../client-host.js";
import type { FilteredUserPresence } from "../presence/visibility.js";
import type { RealtimeClient } from "../realtime-client.js";
import type { UserPresence } from "../types.js";

const NOBODY: ReadonlyMap<string, FilteredUserPresence> = new Map();

/** Users' presence with nothing in it that this user may not see; a moment later, as it is found out. */
export function useFilteredPresences(
  client: RealtimeClient,
  presences: readonly UserPresence[],
): ReadonlyMap<string, FilteredUserPresence> {
  const [visible, setVisible] = useState(NOBODY);
  useEffect(() => {
    let isCurrent = true;
    const viewerId = hostOf(client).account.userId;
    if (viewerId === "" || presences.length === 0) {
      setVisible(NOBODY);
      return;
    }
    const ids = presences.map(({ userId }) => userId);
    void client.presence.getVisiblePresence(viewerId, ids).then((found) => {
      if (isCurrent) setVisible(new Map(found.map((presence) => [presence.userId, presence])));
    });
    return () => {
      isCurrent = false;
    };
  }, [client, presences]);
  return visible;
}
