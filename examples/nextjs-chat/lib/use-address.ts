import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

/** What the page's address says: who reads (`?user=`), and what (`&room=`). */
export interface Address {
  /** Nobody has chosen a name yet where it is undefined. */
  user: string | undefined;
  room: string;
  /** Goes to another room, as a step in the browser's history. Stable. */
  goToRoom: (room: string) => void;
}

export function useAddress(): Address {
  const query = useSearchParams();
  const goToRoom = useCallback((room: string) => {
    const url = new URL(window.location.href);
    url.searchParams.set("room", room);
    window.history.pushState(null, "", url);
  }, []);
  return {
    user: query.get("user")?.trim() || undefined,
    room: query.get("room")?.trim() || "general",
    goToRoom,
  };
}
