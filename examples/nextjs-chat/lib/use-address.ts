import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

/** What the page's address says: who reads (`?user=`), and what (`&room=`, or `&view=privacy`). */
export interface Address {
  /** Nobody has chosen a name yet where it is undefined. */
  user: string | undefined;
  room: string;
  /** Whether one's privacy settings are open, in place of the room. */
  isPrivacyOpen: boolean;
  /** Goes to a room, as a step in the browser's history. Stable. */
  goToRoom: (room: string) => void;
  /** Opens the privacy settings, as a step in the browser's history. Stable. */
  goToPrivacy: () => void;
}

export function useAddress(): Address {
  const query = useSearchParams();
  const goToRoom = useCallback((room: string) => go({ room, view: null }), []);
  const goToPrivacy = useCallback(() => go({ view: "privacy" }), []);
  return {
    user: query.get("user")?.trim() || undefined,
    room: query.get("room")?.trim() || "general",
    isPrivacyOpen: query.get("view") === "privacy",
    goToRoom,
    goToPrivacy,
  };
}

function go(changes: Readonly<Record<string, string | null>>): void {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  window.history.pushState(null, "", url);
}
