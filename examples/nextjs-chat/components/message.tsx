import { type MessageEvent, messageKey } from "nchat-realtime";
import type { MessageActions } from "nchat-realtime/react";
import { memo, useState } from "react";
import { timeOfDay } from "../lib/timeline";
import { Avatar } from "./avatar";
import { Failure } from "./failure";
import { MessageEditor } from "./message-editor";
import { MessageMenu } from "./message-menu";
import { MessageState } from "./message-state";
import { Reactions } from "./reactions";

interface Props {
  message: MessageEvent;
  /** Who reads. */
  user: string;
  /** Whether its author has to be named. */
  startsGroup: boolean;
  actions: Pick<MessageActions, "edit" | "remove" | "react" | "retry" | "discard">;
  /** Called with what went wrong when a change of the message was refused. */
  onProblem: (error: unknown) => void;
}

/** One message: who, when, what, and of one's own where it stands. Renders for its own changes only. */
export const Message = memo(({ message, user, startsGroup, actions, onProblem }: Props) => {
  const { content, timestamp, state, isDeleted = false, isEdited = false } = message;
  const [isEditing, setIsEditing] = useState(false);
  const id = messageKey(message);
  const isOwn = state !== undefined || message.userId === user;
  const isAtServer = state === undefined || state === "sent";
  const author = isOwn ? "You" : (message.userName ?? message.userId);

  const react = (emoji: string) => actions.react(id, emoji).catch(onProblem);
  function save(text: string) {
    setIsEditing(false);
    if (text !== content || state === "failed") actions.edit(id, text).catch(onProblem);
  }

  return (
    <li
      className="message"
      data-own={isOwn}
      data-starts-group={startsGroup}
      data-state={isOwn ? (state ?? "sent") : undefined}
    >
      {!isOwn && startsGroup && <Avatar name={author} />}
      <div className="bubble">
        <span className={startsGroup && !isOwn ? "author" : "visually-hidden"}>
          {author}
          <span className="visually-hidden">: </span>
        </span>
        {isEditing ? (
          <MessageEditor text={content} onSave={save} onCancel={() => setIsEditing(false)} />
        ) : (
          <p className="content" data-deleted={isDeleted}>
            {isDeleted ? "This message was deleted." : content}
          </p>
        )}
        <span className="meta">
          {isEdited && !isDeleted && <span>edited</span>}
          <time dateTime={timestamp}>{timeOfDay(timestamp)}</time>
          {isOwn && <MessageState message={message} />}
        </span>
      </div>
      {isAtServer && !isDeleted && (
        <MessageMenu
          about={content.slice(0, 40)}
          canChange={isOwn}
          onReact={react}
          onEdit={() => setIsEditing(true)}
          onDelete={() => actions.remove(id).catch(onProblem)}
        />
      )}
      <Reactions reactions={message.reactions ?? []} user={user} onReact={react} />
      {state === "failed" && !isEditing && (
        <Failure
          message={message}
          onRetry={() => actions.retry(id)}
          onEdit={() => setIsEditing(true)}
          onDiscard={() => actions.discard(id)}
        />
      )}
    </li>
  );
});
