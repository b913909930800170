import { useRealtimeRooms } from "nchat-realtime/react";
import { useConnection } from "../lib/use-connection";
import { useUnread } from "../lib/use-unread";
import { JoinRoom } from "./join-room";

/** The rooms that every server of this kind has. */
const FIRST_ROOMS = ["general", "announcements"];

interface Props {
  openRoom: string;
  onOpen: (room: string) => void;
}

/** The rooms one is in, the ones from earlier visits included, and the way to others. */
export function RoomList({ openRoom, onOpen }: Props) {
  const { auth } = useConnection();
  const { roomNames } = useRealtimeRooms({
    initialRooms: [...FIRST_ROOMS, ...(auth?.rooms ?? [])],
  });
  const unread = useUnread(openRoom);
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
              <Unread count={unread.get(name) ?? 0} />
            </button>
          </li>
        ))}
      </ul>
      <JoinRoom onJoined={onOpen} />
    </nav>
  );
}

function Unread({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className="unread">
      {count}
      <span className="visually-hidden"> unread</span>
    </span>
  );
}
