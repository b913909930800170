"use client";

import { useContext } from "react";
import { featureDefaults } from "../config.js";
import { SessionContext } from "./context.js";
import type { Session } from "./session.js";

/** What may be told of this user: as the nearest provider says, else as a provider's defaults. */
export function useSwitches(): Pick<Session, "enablePresence" | "enableTyping"> {
  const session = useContext(SessionContext);
  if (session) return session;
  const { presence, typing } = featureDefaults();
  return { enablePresence: presence, enableTyping: typing };
}

/** An action that does nothing where its service is not enabled. */
export function ifEnabled(isEnabled: boolean) {
  return <Args extends unknown[]>(action: (...args: Args) => void) =>
    (...args: Args): void => {
      if (isEnabled) action(...args);
    };
}
