import { type DeliveryRecord, type MessageEvent, messageKey } from "nchat-realtime";
import { useDelivery, useRealtimeContext } from "nchat-realtime/react";

/** Where one's own message stands, with ticks: on its way, at the server, received, read. */
export function MessageState({ message }: { message: MessageEvent }) {
  const { isConnected } = useRealtimeContext();
  const record = useDelivery(messageKey(message));
  const { state, ticks, text } = describe(message, record, isConnected);
  return (
    <span className="state" data-state={state}>
      {ticks !== "" && (
        <span className="ticks" aria-hidden="true">
          {ticks}
        </span>
      )}
      <span>{text}</span>
    </span>
  );
}

function describe(
  message: MessageEvent,
  record: Readonly<DeliveryRecord> | undefined,
  isConnected: boolean,
) {
  if (message.state === "failed") return { state: "failed", ticks: "!", text: "Failed" };
  if (message.state === "sending") {
    const text = isConnected ? "Sending…" : "Pending";
    return { state: "sending", ticks: "◷", text };
  }
  const { state, readCount = 0, deliveredCount = 0, totalRecipients = 0 } = record ?? {};
  if (state === "read") {
    return { state, ticks: "✓✓", text: `Read${outOf(readCount, totalRecipients)}` };
  }
  if (state === "delivered") {
    return { state, ticks: "✓✓", text: `Delivered${outOf(deliveredCount, totalRecipients)}` };
  }
  return { state: "sent", ticks: "✓", text: "Sent" };
}

/** To whom it matters how many it were: in rooms of more than two. */
function outOf(count: number, total: number): string {
  return total > 1 ? ` by ${count} of ${total}` : "";
}
