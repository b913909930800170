import type { PresenceStatusName } from "../types.js";
import { PLATFORMS, type Platform } from "./platforms.js";
import {
  daysBetween,
  formatLastSeen,
  type Moment,
  presentOf,
  type TimeTextOptions,
  timeOf,
} from "./relative-time.js";
import { publicStatus, STATUS_LOOKS } from "./status.js";

/** What a messenger calls a status, as others see it. */
export function platformStatusLabel(platform: Platform, status: PresenceStatusName): string {
  const shown = publicStatus(status);
  return PLATFORMS[platform].labels[shown] ?? STATUS_LOOKS[shown].label;
}

/** The CSS colour that a messenger gives a status, as others see it. */
export function platformStatusColor(platform: Platform, status: PresenceStatusName): string {
  const shown = publicStatus(status);
  return PLATFORMS[platform].colors[shown] ?? STATUS_LOOKS[shown].color;
}

/**
 * When somebody was last there, in a messenger's words; null where it says nothing of that.
 * Roughly means: recently (3 days), within a week, within a month, a long time ago.
 */
export function platformLastSeen(
  platform: Platform,
  lastSeenAt: Moment | null | undefined,
  options: TimeTextOptions = {},
): string | null {
  const { lastSeen } = PLATFORMS[platform];
  const time = timeOf(lastSeenAt);
  if (lastSeen === "hidden" || time === undefined) return null;
  if (lastSeen === "rough") return `last seen ${roughly(daysBetween(time, presentOf(options)))}`;
  if (platform === "whatsapp") return `last seen ${dayAndTime(time, options)}`;
  return `Last seen ${lowerFirst(formatLastSeen(time, options))}`;
}

/**
 * Who types, in a messenger's words; empty where nobody does, and where it does not say.
 *
 * @param names - In the order in which they began.
 */
export function platformTypingText(platform: Platform, names: readonly string[]): string {
  const { isShown, maxNames, beyond } = PLATFORMS[platform].typing;
  if (!isShown || names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing...`;
  if (names.length > maxNames && beyond === "several") return "Several people are typing...";
  if (names.length > maxNames && maxNames === 1) return `${names.length} people are typing...`;
  return `${joined(names, maxNames)} are typing...`;
}

/**
 * Who has read a message, in a messenger's words: `Seen by Ann and Bo`, `Seen by 4`; empty where
 * nobody has, and where it does not say.
 */
export function platformSeenBy(platform: Platform, names: readonly string[]): string {
  const { isShown, namesReaders } = PLATFORMS[platform].receipts;
  if (!isShown || names.length === 0) return "";
  return `Seen by ${namesReaders ? joined(names, 3) : names.length}`;
}

/** `A`, `A and B`, `A, B, and C`, and beyond a number of names `A, B, and 2 others`. */
function joined(names: readonly string[], most: number): string {
  if (names.length <= 2 && most >= names.length) return names.join(" and ");
  if (names.length <= most) return `${names.slice(0, -1).join(", ")}, and ${names.at(-1)}`;
  const named = names.slice(0, Math.min(most, 2));
  const others = names.length - named.length;
  const comma = named.length > 1 ? "," : "";
  return `${named.join(", ")}${comma} and ${others} other${others === 1 ? "" : "s"}`;
}

function roughly(days: number): string {
  if (days <= 3) return "recently";
  if (days <= 7) return "within a week";
  return days <= 30 ? "within a month" : "a long time ago";
}

function dayAndTime(time: number, options: TimeTextOptions): string {
  const now = presentOf(options);
  const days = daysBetween(Math.min(time, now), now);
  const date = new Date(time);
  const clock = date.toLocaleTimeString(options.locale, { hour: "2-digit", minute: "2-digit" });
  if (days === 0) return `today at ${clock}`;
  if (days === 1) return `yesterday at ${clock}`;
  if (days < 7) {
    return `${date.toLocaleDateString(options.locale, { weekday: "long" })} at ${clock}`;
  }
  return date.toLocaleDateString(options.locale);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
