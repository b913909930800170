import type { RoomMember } from "nchat-realtime";
import { compareByStatus } from "nchat-realtime/presence";
import { useRealtimeContext } from "nchat-realtime/react";
import { Member, Myself } from "./member";

interface Props {
  members: readonly RoomMember[];
  user: string;
  heading: string;
}

/** Who is in a room: oneself, then those who are there, then the others. */
export function MemberList({ members, user, heading }: Props) {
  const { getPresence } = useRealtimeContext();
  const me = members.find(({ userId }) => userId === user);
  const others = members
    .filter((member) => member !== me)
    .map((member) => ({
      member,
      name: member.userName ?? member.userId,
      status: getPresence(member.userId)?.status ?? "offline",
    }))
    .sort(compareByStatus);
  return (
    <section>
      <h2>{heading}</h2>
      <ul>
        {me && <Myself member={me} />}
        {others.map(({ member }) => (
          <Member key={member.userId} member={member} />
        ))}
      </ul>
    </section>
  );
}
