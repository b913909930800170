import { useMessages, useRealtimeRoom } from "nchat-realtime/react";
import { useCallback, useState } from "react";
import { explain, wasNotQueued, wasTakenBack } from "../lib/explain";
import { useRoomError } from "../lib/use-room-error";
import { Composer } from "./composer";
import { MemberList } from "./member-list";
import { MessageList } from "./message-list";
import { TypingLine } from "./typing-line";

/** One room: its messages, the field to write in, and who is in it. */
export function Conversation({ room: name, user }: { room: string; user: string }) {
  const { members, room, isJoined } = useRealtimeRoom(name);
  const { messages, gaps, hasOlder, isLoading, loadOlder, actions } = useMessages(name);
  const roomError = useRoomError(name, isJoined);
  const [problem, setProblem] = useState<{ room: string; reason: string }>();
  const onProblem = useCallback(
    (error: unknown) => {
      if (!wasTakenBack(error)) setProblem({ room: name, reason: explain(error, { room: name }) });
    },
    [name],
  );

  /** Sends a message; false where nothing is left of it, so that the text has to be kept. */
  async function post(content: string) {
    setProblem(undefined);
    try {
      await actions.send(content);
      return true;
    } catch (error) {
      onProblem(error);
      return !wasNotQueued(error);
    }
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
          messages={messages}
          gaps={gaps}
          onLoadOlder={hasOlder ? () => loadOlder().catch(onProblem) : undefined}
          isLoading={isLoading}
          isJoined={isJoined}
          problem={roomError}
          actions={actions}
          onProblem={onProblem}
        />
        <TypingLine room={name} />
        <Composer
          room={name}
          isDisabled={roomError !== undefined}
          problem={problem?.room === name ? problem.reason : undefined}
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
