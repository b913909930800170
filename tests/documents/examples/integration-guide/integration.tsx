// All services set up by one call, and used by components that need not know how.
import { initializeRealtimeIntegration } from "nchat-realtime";
import { useRealtimeIntegration } from "nchat-realtime/react";
import { type ChangeEvent, useEffect, useState } from "react";
import { InRoom, show } from "../../prelude/app";
import { token, userId } from "../../prelude/given";

const channelId = "channel-123";

function useIntegration(user: { id: string; token: string } | undefined) {
  useEffect(() => {
    if (user) {
      initializeRealtimeIntegration({
        userId: user.id,
        token: user.token,
        enablePresence: true,
        enableTyping: true,
        enableDeliveryReceipts: true,
        enableOfflineQueue: true,
        debug: false,
        autoConnect: true,
      });
    }
  }, [user]);
}

function Talk() {
  const { isConnected, presence, typing, delivery, queue } = useRealtimeIntegration();
  const [content, setContent] = useState("");

  useEffect(() => {
    if (presence) {
      presence.setStatus("busy");
    }
  }, [presence]);

  useEffect(() => {
    presence?.subscribeToUsers(["bob"]);
    return () => presence?.unsubscribeFromUsers(["bob"]);
  }, [presence]);

  const change = (event: ChangeEvent<HTMLInputElement>) => {
    setContent(event.target.value);
    typing?.handleInputChange(channelId, event.target.value);
  };
  const submit = () => {
    delivery?.trackOutgoing("mine", channelId);
    queue?.queueMessage({ channelId, content, type: "text" });
  };
  return (
    <form action={submit}>
      <output>{isConnected ? "connected" : "not connected"}</output>
      <p title="bob">{presence?.getPresence("bob")?.status}</p>
      <p title="waits">{queue?.getQueueLength()}</p>
      <p title="typing">{typing?.getTypingText(channelId)}</p>
      <input aria-label="Message" value={content} onChange={change} />
    </form>
  );
}

function App() {
  const [user, setUser] = useState<{ id: string; token: string }>();
  useIntegration(user);
  return (
    <InRoom name={channelId}>
      <button type="button" onClick={() => setUser({ id: userId, token })}>
        Sign in
      </button>
      <Talk />
    </InRoom>
  );
}

show(<App />);
