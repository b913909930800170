// How another user is, in a component of their own.
import { useRealtimePresence } from "nchat-realtime/react";
import { showSignedIn } from "../../prelude/app";

function UserPresenceIndicator({ userId }: { userId: string }) {
  const { presence, isLoading } = useRealtimePresence(userId);

  if (isLoading || !presence) return null;

  return (
    <output aria-label={userId}>
      {presence.status}
      {presence.lastSeenAt && presence.status === "offline" && " • Last seen"}
      {presence.customStatus?.text &&
        ` ${presence.customStatus.emoji} ${presence.customStatus.text}`}
    </output>
  );
}

showSignedIn(<UserPresenceIndicator userId="bob" />);
