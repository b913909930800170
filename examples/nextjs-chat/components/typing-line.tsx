import { platformTypingText } from "nchat-realtime/presence";
import { useTypingIndicatorDisplay } from "nchat-realtime/react";

/** Who else is writing in a room. Its place stays while nobody is, so that nothing jumps. */
export function TypingLine({ room }: { room: string }) {
  const { typingUsers, hasTyping } = useTypingIndicatorDisplay(room);
  const names = typingUsers.map(({ userName, userId }) => userName ?? userId);
  return (
    <p className="typing" role="status">
      {hasTyping && (
        <span className="typing-dots" aria-hidden="true">
          <span>•</span>
          <span>•</span>
          <span>•</span>
        </span>
      )}
      {platformTypingText("default", names)}
    </p>
  );
}
