import type { CustomStatus, PresenceStatusName, RoomMember } from "nchat-realtime";
import { formatCustomStatus, formatLastSeen } from "nchat-realtime/presence";
import { useRealtimeContext, useUserPresence } from "nchat-realtime/react";
import { useNow } from "../lib/use-now";
import { Avatar } from "./avatar";
import { PresenceDot } from "./presence-dot";

/** Somebody else, as far as one may see them. */
export function Member({ member }: { member: RoomMember }) {
  const { status = "offline", ...presence } = useUserPresence(member.userId) ?? {};
  return <Row member={member} status={status} {...presence} />;
}

/** Oneself: also what nobody else is shown. */
export function Myself({ member }: { member: RoomMember }) {
  const { presenceStatus, customStatus } = useRealtimeContext();
  return <Row member={member} status={presenceStatus} customStatus={customStatus} isMe />;
}

interface RowProps {
  member: RoomMember;
  status: PresenceStatusName;
  /** What they say of themselves. */
  customStatus?: CustomStatus | null;
  lastSeenAt?: Date;
  isMe?: boolean;
}

/** How one is, what one says of oneself, and when one was last there. */
function Row({ member, status, customStatus, lastSeenAt, isMe }: RowProps) {
  const { userId, userName: name = userId, role } = member;
  const now = useNow();
  const said = formatCustomStatus(customStatus, { now });
  return (
    <li className="member" data-status={status}>
      <span className="avatar-frame">
        <Avatar name={name} />
        <PresenceDot status={status} />
      </span>
      <span className="member-text">
        <span className="member-name">
          {name}
          {isMe && <span className="note"> you</span>}
          {(role === "admin" || role === "moderator") && <span className="note"> {role}</span>}
        </span>
        {said !== null && <span className="note">{said}</span>}
        {status === "offline" && lastSeenAt && (
          <span className="note">
            Last seen {formatLastSeen(lastSeenAt, { now }).toLowerCase()}
          </span>
        )}
      </span>
    </li>
  );
}
