import type { MessageEvent } from "nchat-realtime";
import { explainCode } from "../lib/explain";
import { timeOfDay } from "../lib/timeline";
import { Avatar } from "./avatar";

interface Props {
  message: MessageEvent;
  isOwn: boolean;
  /** Whether its author has to be named. */
  startsGroup: boolean;
  onSendAgain: (message: MessageEvent) => void;
}

/** One message: who, when, what, and of one's own where it stands. */
export function Message({ message, isOwn, startsGroup, onSendAgain }: Props) {
  const { content, timestamp, state = "sent" } = message;
  const author = isOwn ? "You" : (message.userName ?? message.userId);
  return (
    <li
      className="message"
      data-own={isOwn}
      data-starts-group={startsGroup}
      data-state={isOwn ? state : undefined}
    >
      {!isOwn && startsGroup && <Avatar name={author} />}
      <div className="bubble">
        <span className={startsGroup && !isOwn ? "author" : "visually-hidden"}>
          {author}
          <span className="visually-hidden">: </span>
        </span>
        <p className="content">{content}</p>
        <span className="meta">
          <time dateTime={timestamp}>{timeOfDay(timestamp)}</time>
          {isOwn && <span className="state">{STATES[state]}</span>}
        </span>
      </div>
      {state === "failed" && (
        <p className="failure">
          Not sent: {explainCode(message.error ?? "")}.{" "}
          <button type="button" className="link" onClick={() => onSendAgain(message)}>
            Send again
          </button>
        </p>
      )}
    </li>
  );
}

const STATES = { sending: "Sending…", sent: "Sent", failed: "Failed" } as const;
