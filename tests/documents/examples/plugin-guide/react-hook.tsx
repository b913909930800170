// A component that is in a channel for as long as it is shown.
import { useRealtime } from "nchat-realtime/react";
import { useEffect } from "react";
import { showSignedIn } from "../../prelude/app";

function Channel({ channelId }: { channelId: string }) {
  const { isConnected, joinChannel, leaveChannel, sendTyping, updatePresence } = useRealtime();

  useEffect(() => {
    if (isConnected) {
      joinChannel(channelId);
    }
    return () => leaveChannel(channelId);
  }, [channelId, isConnected, joinChannel, leaveChannel]);

  return (
    <>
      <output>{isConnected ? "here" : "on the way"}</output>
      <input aria-label="Message" onChange={() => sendTyping(channelId, true)} />
      <button type="button" onClick={() => updatePresence("away")}>
        Pause
      </button>
    </>
  );
}

export const takeOff = showSignedIn(<Channel channelId="channel-123" />);
