import { useRealtimeContext, useRealtimeTyping } from "nchat-realtime/react";
import { type FormEvent, type KeyboardEvent, useState } from "react";

interface Props {
  room: string;
  isDisabled: boolean;
  /** Why the last message was not sent. */
  problem: string | undefined;
  /** Resolves with whether the message is in the conversation, sent or not. */
  onSend: (content: string) => Promise<boolean>;
}

/** The field to write in, with a draft for each room. What is sent without a connection waits for one. */
export function Composer({ room, isDisabled, problem, onSend }: Props) {
  const { isConnected } = useRealtimeContext();
  const { handleInputChange, handleMessageSend } = useRealtimeTyping({ roomName: room });
  const [drafts, setDrafts] = useState<ReadonlyMap<string, string>>(new Map());
  const draft = drafts.get(room) ?? "";
  const write = (text: string) => setDrafts((others) => new Map(others).set(room, text));

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    const content = draft.trim();
    if (isDisabled || content === "") return;
    handleMessageSend();
    write("");
    if (!(await onSend(content))) putBack(content);
  }

  /** Before what was written meanwhile. */
  function putBack(content: string) {
    setDrafts((others) => {
      const later = others.get(room);
      return new Map(others).set(room, later ? `${content}\n${later}` : content);
    });
  }

  function sendOnEnter(event: KeyboardEvent) {
    // While an input method composes a word, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }

  return (
    <form className="composer" onSubmit={submit}>
      <label htmlFor="composer" className="visually-hidden">
        Message to {room}
      </label>
      <textarea
        id="composer"
        rows={1}
        value={draft}
        disabled={isDisabled}
        placeholder={`Message to ${room}`}
        aria-describedby="composer-hint"
        onChange={(event) => {
          write(event.target.value);
          handleInputChange(event.target.value);
        }}
        onKeyDown={sendOnEnter}
      />
      <button type="submit" className="primary" disabled={isDisabled || draft.trim() === ""}>
        Send
      </button>
      <p id="composer-hint" className="hint">
        {isConnected
          ? "Enter sends, Shift and Enter begin a new line."
          : "Not connected: what you send waits, and goes out by itself."}
      </p>
      <p role="alert" className="problem">
        {problem}
      </p>
    </form>
  );
}
