"use client";

import { createContext, useContext } from "react";
import type { Session } from "./session.js";

/** The session of the nearest `RealtimeProvider`; null outside one. */
export const SessionContext = createContext<Session | null>(null);

/** The nearest provider's session. Throws outside one, with `hookName` in the message. */
export function useRequiredSession(hookName: string): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error(`${hookName} must be used within a RealtimeProvider`);
  return session;
}
