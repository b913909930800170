import type { MessageEvent } from "nchat-realtime";

interface Props {
  reactions: NonNullable<MessageEvent["reactions"]>;
  user: string;
  onReact: (emoji: string) => void;
}

/** What people said to a message with one click, each with a count; a click joins in, or takes it back. */
export function Reactions({ reactions, user, onReact }: Props) {
  if (reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map(({ emoji, userIds }) => (
        <li key={emoji}>
          <button
            type="button"
            aria-pressed={userIds.includes(user)}
            title={userIds.join(", ")}
            onClick={() => onReact(emoji)}
          >
            {emoji} {userIds.length}
          </button>
        </li>
      ))}
    </ul>
  );
}
