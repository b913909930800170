import type { MessageEvent, TimelineGap } from "nchat-realtime";
import { type MessageActions, useRealtimeContext } from "nchat-realtime/react";
import { Fragment } from "react";
import { dayName, gapAtEnd, toItems } from "../lib/timeline";
import { useMarkRead } from "../lib/use-mark-read";
import { useStickToEnd } from "../lib/use-stick-to-end";
import { Gap } from "./gap";
import { Message } from "./message";

interface Props {
  room: string;
  user: string;
  messages: readonly MessageEvent[];
  gaps: readonly TimelineGap[];
  /** How to get what was said before; undefined where there is nothing. */
  onLoadOlder: (() => void) | undefined;
  isLoading: boolean;
  isJoined: boolean;
  /** Why there is nothing to show. */
  problem: string | undefined;
  actions: MessageActions;
  onProblem: (error: unknown) => void;
}

/** A room's messages, kept at the newest one unless the reader has scrolled up. */
export function MessageList({ room, user, messages, gaps, actions, onProblem, ...rest }: Props) {
  const { onLoadOlder, isLoading, isJoined, problem } = rest;
  const items = toItems(messages, gaps);
  const { ref, isAtEnd, goToEnd } = useStickToEnd(messages, items[0]?.key);
  const missingAtEnd = gapAtEnd(messages, gaps);
  useMarkRead(room, isAtEnd);
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
        {onLoadOlder && (
          <button
            type="button"
            className="older"
            aria-busy={isLoading}
            disabled={isLoading}
            onClick={onLoadOlder}
          >
            {isLoading ? "Loading…" : "Load older messages"}
          </button>
        )}
        <ol>
          {items.map(({ key, message, gap, day, startsGroup }) => (
            <Fragment key={key}>
              {gap && <Gap gap={gap} />}
              {day !== undefined && (
                <li className="day">
                  <span>{dayName(day)}</span>
                </li>
              )}
              <Message
                message={message}
                user={user}
                startsGroup={startsGroup}
                actions={actions}
                onProblem={onProblem}
              />
            </Fragment>
          ))}
          {missingAtEnd && <Gap gap={missingAtEnd} />}
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
