import { ConnectionStatus, useOfflineStatus, useRealtimeContext } from "nchat-realtime/react";
import { explainCode } from "../lib/explain";
import { useConnection } from "../lib/use-connection";
import { useSecondsUntil } from "../lib/use-seconds-until";
import { StatusButton } from "./status-picker";
import { StorageTrouble } from "./storage-trouble";
import { Waiting } from "./waiting";

/** Who one is and how, how the connection stands, what waits for it, and the means to end it or to try again. */
export function ConnectionLine({ user }: { user: string }) {
  return (
    <header className="connection">
      <StatusButton user={user} />
      <ConnectionStatus className="connection-status" />
      <Waiting />
      <Details />
      <Buttons />
      <StorageTrouble />
    </header>
  );
}

/** What changes too often to be read out. */
function Details() {
  const { isConnected, isOnline, connectionQuality, latency } = useOfflineStatus();
  const { transport, error, disconnectReason, nextRetryAt } = useConnection();
  const seconds = useSecondsUntil(nextRetryAt);
  const details: string[] = [];
  if (isConnected) {
    if (latency !== null) details.push(`${connectionQuality} (${latency} ms)`);
    if (transport) details.push(transport === "polling" ? "long polling" : "WebSocket");
  } else {
    if (seconds !== undefined)
      details.push(seconds > 0 ? `next try in ${seconds} s` : "trying now");
    if (!isOnline) details.push("this device is offline");
    if (error) details.push(explainCode(error.code, error.message));
    else if (disconnectReason) details.push(REASONS[disconnectReason] ?? disconnectReason);
  }
  return <span className="connection-details">{details.join(" · ")}</span>;
}

/** Socket.IO's documented reasons, in words. */
const REASONS: Readonly<Record<string, string>> = {
  "io client disconnect": "you disconnected",
  "io server disconnect": "the server ended the connection",
  "ping timeout": "the server fell silent",
  "transport close": "the connection was lost",
  "transport error": "the connection failed",
};

function Buttons() {
  const { connectionState, disconnect, reconnect } = useRealtimeContext();
  const isOff = connectionState === "disconnected" || connectionState === "error";
  const isSeeking = connectionState === "reconnecting" || connectionState === "offline";
  // Why an attempt failed is in the snapshot that the line shows.
  const tryAgain = () => reconnect().catch(() => undefined);
  return (
    <span className="connection-buttons">
      {(isOff || isSeeking) && (
        <button type="button" onClick={tryAgain}>
          {isOff ? "Reconnect" : "Try now"}
        </button>
      )}
      {!isOff && (
        <button type="button" onClick={disconnect}>
          Disconnect
        </button>
      )}
    </span>
  );
}
