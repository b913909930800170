// Telling people that their network went away, and came back.
import { realtimeClient } from "nchat-realtime";
import { showToast } from "../../prelude/given";

realtimeClient.onOfflineStatusChange((isOnline) => {
  if (!isOnline) {
    showToast("no network");
  } else {
    showToast("network");
  }
});
