import { useOfflineStatus, useSync } from "nchat-realtime/react";
import { useQueue } from "../lib/use-queue";

/** How many messages wait to be sent or were refused, and how far the catching up is. */
export function Waiting() {
  const { queueCount, isConnected, isSyncing } = useOfflineStatus();
  const { inFlight, failed } = useQueue();
  const { progress } = useSync();
  const counts = [
    // With a connection, what is on its way has arrived before one could read it.
    [queueCount - failed - (isConnected ? inFlight : 0), "pending"],
    [failed, "not sent"],
  ] as const;
  const shown = counts.filter(([count]) => count > 0);
  return (
    <span className="waiting">
      <span role="status" className="pending">
        {shown.map(([count, what]) => `${count} ${what}`).join(", ")}
      </span>
      {isSyncing && (
        <progress value={progress} max={100} aria-label="Synchronising">
          {progress} %
        </progress>
      )}
    </span>
  );
}
