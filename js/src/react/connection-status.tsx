"use client";

import { createElement, type HTMLAttributes, type ReactElement } from "react";
import type { ConnectionSnapshot } from "../types.js";
import { useClient } from "./use-client.js";
import { useSnapshot } from "./use-snapshot.js";

/** Props of {@link ConnectionStatus}: those of a `span`, and these. */
export interface ConnectionStatusProps
  extends Omit<HTMLAttributes<HTMLSpanElement>, "children" | "role"> {
  /** Where it stands, for style sheets: it becomes `data-variant`. Default `default`. */
  variant?: "default" | "header" | "inline";
  /** Whether the link's quality is shown too, as soon as it is known. Default false. */
  showDetails?: boolean;
}

/**
 * The connection in words: `Connected`, `Authenticating...`, `Connecting...`,
 * `Reconnecting (n)...` or `Offline`. Unstyled; `data-state` and `data-quality` are there for
 * style sheets, and changes are read out politely (the quality is not: it changes too often).
 */
export function ConnectionStatus({
  variant = "default",
  showDetails = false,
  ...props
}: ConnectionStatusProps): ReactElement {
  const { client } = useClient();
  const { text, state, quality } = useSnapshot(client, "connection", describe);
  const data = { "data-state": state, "data-quality": quality, "data-variant": variant };
  const details =
    showDetails && state === "authenticated" && quality !== "unknown"
      ? createElement("span", { "aria-live": "off" }, ` (${quality})`)
      : null;
  return createElement("span", { ...props, ...data, role: "status" }, text, details);
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
