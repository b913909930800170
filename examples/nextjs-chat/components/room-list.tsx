import { useRealtimeRooms, useUnread } from "nchat-realtime/react";
import { useConnection } from "../lib/use-connection";
import { JoinRoom } from "./join-room";

/** The rooms that every server of this kind has. */
const FIRST_ROOMS = ["general", "announcements"];

interface Props {
  /** The one that is shown, if one is. */
  openRoom: string | undefined;
  onOpen: (room: string) => void;
}

/** The rooms one is in, the ones from earlier visits included, and the way to others. */
export function RoomList({ openRoom, onOpen }: Props) {
  const { auth } = useConnection();
  const { roomNames } = useRealtimeRooms({
    initialRooms: [...FIRST_ROOMS, ...(auth?.rooms ?? [])],
  });
  const names = [...new Set([...FIRST_ROOMS, ...roomNames])];
  return (
    <nav className="rooms" aria-labelledby="rooms-heading">
      <h2 id="rooms-heading">Rooms</h2>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <button
              type="button"
              className="room"
              aria-current={name === openRoom ? "page" : undefined}
              onClick={() => onOpen(name)}
            >
              <span className="room-name">{name}</span>
              <Unread room={name} />
            </button>
          </li>
        ))}
      </ul>
      <JoinRoom onJoined={onOpen} />
    </nav>
  );
}

function Unread({ room }: { room: string }) {
  const { count, mentions } = useUnread(room);
  if (count === 0) return null;
  return (
    <span className="unread" data-mentioned={mentions > 0}>
      {mentions > 0 && <span aria-hidden="true">@</span>}
      {count}
      <span className="visually-hidden">
        {mentions > 0 ? ` unread, ${mentions} of them mention you` : " unread"}
      </span>
    </span>
  );
}
