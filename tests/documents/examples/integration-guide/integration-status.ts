// The integration's status: the connection's quality, and a word to the user when it is lost.
import { getRealtimeIntegration, initializeRealtimeIntegration } from "nchat-realtime";
import { showToast, token, userId } from "../../prelude/given";

initializeRealtimeIntegration({ userId, token });

const integration = getRealtimeIntegration();

integration.onStatusChange((status) => {
  if (!status.connected) {
    if (status.reconnectAttempts > 0) {
      showToast(`again (${status.reconnectAttempts})`);
    } else {
      showToast("no connection");
    }
  }
});

export function quality(): string {
  const status = integration.getStatus();
  switch (status.connectionQuality) {
    case "excellent":
    case "good":
    case "fair":
    case "poor":
      return "measured";
    case "unknown":
      return "not measured";
  }
}

export const disconnect = () => integration.disconnect();
export const reconnect = () => integration.reconnect();
