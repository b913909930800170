import type { MessageEvent } from "nchat-realtime";
import { useRealtimeContext } from "nchat-realtime/react";
import { Fragment } from "react";
import { dayName, toItems } from "../lib/timeline";
import { useStickToEnd } from "../lib/use-stick-to-end";
import { Message } from "./message";

interface Props {
  room: string;
  user: string;
  messages: readonly MessageEvent[];
  isJoined: boolean;
  /** Why there is nothing to show. */
  problem: string | undefined;
  onSendAgain: (message: MessageEvent) => void;
}

/** A room's messages, kept at the newest one unless the reader has scrolled up. */
export function MessageList({ room, user, messages, isJoined, problem, onSendAgain }: Props) {
  const { ref, isAtEnd, goToEnd } = useStickToEnd(messages);
  return (
    <div className="messages-frame">
      <div
        className="messages"
        ref={ref}
        role="log"
        aria-label={`Messages in ${room}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
      >
        {messages.length === 0 && <Nothing isJoined={isJoined} problem={problem} />}
        <ol>
          {toItems(messages).map(({ key, message, day, startsGroup }) => (
            <Fragment key={key}>
              {day !== undefined && (
                <li className="day">
                  <span>{dayName(day)}</span>
                </li>
              )}
              <Message
                message={message}
                isOwn={message.state !== undefined || message.userId === user}
                startsGroup={startsGroup}
                onSendAgain={onSendAgain}
              />
            </Fragment>
          ))}
        </ol>
      </div>
      {!isAtEnd && (
        <button type="button" className="to-end" onClick={goToEnd}>
          Newest messages ↓
        </button>
      )}
    </div>
  );
}

function Nothing({ isJoined, problem }: { isJoined: boolean; problem: string | undefined }) {
  const { isConnected } = useRealtimeContext();
  if (problem !== undefined) {
    return (
      <p className="nothing problem" role="alert">
        {problem}
      </p>
    );
  }
  const text = isJoined
    ? "Nothing was said here yet. Say hello!"
    : isConnected
      ? "Loading the messages…"
      : "The messages come with the connection.";
  return (
    <p key={text} className="nothing">
      {text}
    </p>
  );
}
