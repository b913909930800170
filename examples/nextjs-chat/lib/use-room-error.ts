import { useRealtimeRooms } from "nchat-realtime/react";
import { useEffect, useState } from "react";
import { explain } from "./explain";

/**
 * Why a room could not be joined, in words, until it is. Joining here shares the request of
 * `useRealtimeRoom`, which goes on: the room may be created, or the server answer the next time.
 */
export function useRoomError(room: string, isJoined: boolean): string | undefined {
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
  useEffect(() => {
    // Else it would be shown again when the connection is lost.
    if (isJoined) setFailure(undefined);
  }, [isJoined]);
  return !isJoined && failure?.room === room ? failure.reason : undefined;
}
