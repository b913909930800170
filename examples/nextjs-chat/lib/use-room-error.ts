import { useRealtimeRooms } from "nchat-realtime/react";
import { useEffect, useState } from "react";
import { explain } from "./explain";

/** Why a room could not be joined, in words. Joining here shares the request of `useRealtimeRoom`. */
export function useRoomError(room: string): string | undefined {
  const { joinRoom } = useRealtimeRooms();
  const [failure, setFailure] = useState<{ room: string; reason: string }>();
  useEffect(() => {
    let isCurrent = true;
    joinRoom(room).then(
      () => isCurrent && setFailure(undefined),
      (error: unknown) => isCurrent && setFailure({ room, reason: explain(error, { room }) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [room, joinRoom]);
  return failure?.room === room ? failure.reason : undefined;
}
