import type { RoomMember } from "nchat-realtime";
import { Avatar } from "./avatar";

interface Props {
  members: readonly RoomMember[];
  user: string;
  heading: string;
}

/** Who is in a room. */
export function MemberList({ members, user, heading }: Props) {
  return (
    <section>
      <h2>{heading}</h2>
      <ul>
        {members.map(({ userId, userName, role }) => (
          <li key={userId}>
            <Avatar name={userName ?? userId} />
            <span className="member-name">{userName ?? userId}</span>
            {userId === user && <span className="note">you</span>}
            {(role === "admin" || role === "moderator") && <span className="note">{role}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
