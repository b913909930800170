import type { TimelineGap } from "nchat-realtime";
import { useRealtimeContext } from "nchat-realtime/react";

/** What is missing between two messages. It is fetched by itself, as soon as there is a connection. */
export function Gap({ gap }: { gap: TimelineGap }) {
  const { isConnected } = useRealtimeContext();
  const count = gap.toSeq - gap.fromSeq + 1;
  const what = count === 1 ? "1 missed entry" : `${count} missed entries`;
  return (
    <li className="gap">
      <span>{isConnected ? `Loading ${what}…` : `${what}: they come with the connection`}</span>
    </li>
  );
}
