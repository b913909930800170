import { useUnread } from "nchat-realtime/react";
import { useEffect, useSyncExternalStore } from "react";

/** Says that a room was read, while the reader looks at its end. */
export function useMarkRead(room: string, isAtEnd: boolean): void {
  const { count, markRead } = useUnread(room);
  const isVisible = useSyncExternalStore(subscribe, read, readOnServer);
  useEffect(() => {
    if (count > 0 && isAtEnd && isVisible) markRead();
  }, [count, isAtEnd, isVisible, markRead]);
}

const subscribe = (notify: () => void) => {
  document.addEventListener("visibilitychange", notify);
  return () => document.removeEventListener("visibilitychange", notify);
};
const read = () => document.visibilityState === "visible";
const readOnServer = () => false;
