// Typing in a component, and sending by the provider's context.
import type { SendReceipt } from "nchat-realtime";
import { useRealtimeContext, useRealtimeTyping } from "nchat-realtime/react";
import { type ChangeEvent, useState } from "react";
import { InRoom, showSignedIn } from "../../prelude/app";

export const receipts: SendReceipt[] = [];

function Composer({ channelId }: { channelId: string }) {
  const { sendMessage } = useRealtimeContext();
  const { stopTyping, handleInputChange, typingText } = useRealtimeTyping(channelId);
  const [content, setContent] = useState("");
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    setContent(event.target.value);
    handleInputChange(event.target.value);
  };
  const submit = async () => {
    stopTyping();
    receipts.push(await sendMessage(channelId, content));
  };
  return (
    <form action={submit}>
      <input aria-label="Message" value={content} onChange={change} onBlur={stopTyping} />
      <output>{typingText}</output>
    </form>
  );
}

showSignedIn(
  <InRoom name="ch-1">
    <Composer channelId="ch-1" />
  </InRoom>,
);
