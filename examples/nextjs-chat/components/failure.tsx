import type { MessageEvent } from "nchat-realtime";
import { explainCode } from "../lib/explain";

interface Props {
  message: MessageEvent;
  onRetry: () => void;
  onEdit: () => void;
  onDiscard: () => void;
}

/** Why a message was not sent. It is kept until one decides what becomes of it. */
export function Failure({ message, onRetry, onEdit, onDiscard }: Props) {
  return (
    <p className="failure">
      Not sent: {explainCode(message.error ?? "")}.{" "}
      <button type="button" className="link" onClick={onRetry}>
        Send again
      </button>{" "}
      <button type="button" className="link" onClick={onEdit}>
        Edit
      </button>{" "}
      <button type="button" className="link" onClick={onDiscard}>
        Discard
      </button>
    </p>
  );
}
