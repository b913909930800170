"use client";

import { createElement, type HTMLAttributes, type ReactElement } from "react";
import type { ConnectionSnapshot } from "../types.js";
import { useClient } from "./use-client.js";
import { useSnapshot } from "./use-snapshot.js";

/** Props of {@link ConnectionStatus}: those of a `span`. */
export type ConnectionStatusProps = Omit<HTMLAttributes<HTMLSpanElement>, "children" | "role">;

/**
 * The connection in words: `Connected`, `Authenticating...`, `Connecting...`,
 * `Reconnecting (n)...` or `Offline`. Unstyled; `data-state` and `data-quality` are there for
 * style sheets, and changes are read out politely.
 */
export function ConnectionStatus(props: ConnectionStatusProps): ReactElement {
  const { client } = useClient();
  const { text, state, quality } = useSnapshot(client, "connection", describe);
  const data = { "data-state": state, "data-quality": quality };
  return createElement("span", { ...props, ...data, role: "status" }, text);
}

function describe(connection: Readonly<ConnectionSnapshot>) {
  return {
    text: textOf(connection),
    state: connection.state,
    quality: connection.connectionQuality,
  };
}

function textOf({ state, reconnectAttempts }: Readonly<ConnectionSnapshot>): string {
  if (state === "authenticated") return "Connected";
  if (state === "connected") return "Authenticating...";
  if (state === "connecting") return "Connecting...";
  return reconnectAttempts > 0 ? `Reconnecting (${reconnectAttempts})...` : "Offline";
}
