import type { PresenceStatusName } from "../types.js";

/** How a status looks in a list or a picker. */
export interface StatusLook {
  /** A word or two, in English. */
  readonly label: string;
  /** What choosing it means for the user, in English. */
  readonly description: string;
  /** CSS colour of its dot. A colour alone tells too few people: show the label too, or say it. */
  readonly color: string;
}

/** How each status looks, in the order of a picker. */
export const STATUS_LOOKS: Readonly<Record<PresenceStatusName, StatusLook>> = {
  online: { label: "Online", description: "You are here", color: "#22C55E" },
  away: { label: "Away", description: "You may be slow to answer", color: "#F59E0B" },
  busy: { label: "Busy", description: "You would rather not be disturbed", color: "#EF4444" },
  dnd: { label: "Do not disturb", description: "You want no notifications", color: "#EF4444" },
  invisible: { label: "Invisible", description: "Others see you as offline", color: "#6B7280" },
  offline: { label: "Offline", description: "You are not here", color: "#6B7280" },
};

/** Whether it is the name of a status: of what comes from a form or an address, for example. */
export function isStatusName(name: unknown): name is PresenceStatusName {
  return typeof name === "string" && Object.hasOwn(STATUS_LOOKS, name);
}

/** What others are told of a status: who is invisible is offline to them. */
export function publicStatus(status: PresenceStatusName): Exclude<PresenceStatusName, "invisible"> {
  return status === "invisible" ? "offline" : status;
}

/** Whether somebody shown so is connected. */
export function isOnlineStatus(status: PresenceStatusName): boolean {
  return publicStatus(status) !== "offline";
}

/** What a picker offers: from `offline` one comes back online first, from any other to any. */
export function statusChoices(from: PresenceStatusName): PresenceStatusName[] {
  const all = Object.keys(STATUS_LOOKS) as PresenceStatusName[];
  return from === "offline" ? ["online"] : all.filter((status) => status !== from);
}

/** Orders people for a list: who is online first, then away, busy, offline; then by name. */
export function compareByStatus(
  a: { status: PresenceStatusName; name: string },
  b: { status: PresenceStatusName; name: string },
): number {
  const order = Object.keys(STATUS_LOOKS).map((status) =>
    publicStatus(status as PresenceStatusName),
  );
  const rank = (status: PresenceStatusName) => order.indexOf(publicStatus(status));
  const byStatus = rank(a.status) - rank(b.status);
  return byStatus || a.name.localeCompare(b.name);
}
