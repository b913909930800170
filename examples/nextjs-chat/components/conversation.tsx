import type { MessageEvent } from "nchat-realtime";
import { useRealtimeRoom } from "nchat-realtime/react";
import { useState } from "react";
import { explain } from "../lib/explain";
import { keyOf } from "../lib/timeline";
import { useRoomError } from "../lib/use-room-error";
import { Composer } from "./composer";
import { MemberList } from "./member-list";
import { MessageList } from "./message-list";

/** One room: its messages, the field to write in, and who is in it. */
export function Conversation({ room: name, user }: { room: string; user: string }) {
  const { messages, members, room, isJoined, send } = useRealtimeRoom(name);
  const roomError = useRoomError(name);
  const [resent, setResent] = useState<ReadonlySet<string>>(new Set());
  const [sendError, setSendError] = useState<{ room: string; reason: string }>();

  function post(content: string) {
    setSendError(undefined);
    send(content).catch((error: unknown) => {
      setSendError({ room: name, reason: explain(error, { room: name }) });
    });
  }

  function postAgain(message: MessageEvent) {
    setResent((keys) => new Set(keys).add(keyOf(message)));
    post(message.content);
  }

  const memberCount = room?.memberCount ?? members.length;
  return (
    <>
      <main className="conversation">
        <div className="conversation-heading">
          <h1>{name}</h1>
          {isJoined && (
            <button type="button" className="link members-button" popoverTarget="members-popover">
              {countOf(memberCount)}
            </button>
          )}
          <div id="members-popover" popover="auto">
            <MemberList members={members} user={user} heading={countOf(memberCount)} />
          </div>
        </div>
        <MessageList
          key={name}
          room={name}
          user={user}
          messages={messages.filter((message) => !resent.has(keyOf(message)))}
          isJoined={isJoined}
          problem={roomError}
          onSendAgain={postAgain}
        />
        <Composer
          room={name}
          isDisabled={roomError !== undefined}
          problem={sendError?.room === name ? sendError.reason : undefined}
          onSend={post}
        />
      </main>
      <aside className="members" aria-label="Members">
        <MemberList members={members} user={user} heading={countOf(memberCount)} />
      </aside>
    </>
  );
}

function countOf(members: number): string {
  return members === 1 ? "1 member" : `${members} members`;
}
