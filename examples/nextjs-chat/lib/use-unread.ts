import { useRealtimeRooms } from "nchat-realtime/react";
import { useEffect, useState } from "react";

/** How many messages came to each room while another one was open. */
export function useUnread(openRoom: string): ReadonlyMap<string, number> {
  const { onMessage } = useRealtimeRooms();
  const [unread, setUnread] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    setUnread((counts) => new Map([...counts].filter(([room]) => room !== openRoom)));
    return onMessage(({ roomName }) => {
      if (roomName === openRoom) return;
      setUnread((counts) => new Map(counts).set(roomName, (counts.get(roomName) ?? 0) + 1));
    });
  }, [openRoom, onMessage]);
  return unread;
}
