import type { CustomStatus } from "../types.js";
import { type Moment, presentOf, type TimeTextOptions, timeOf } from "./relative-time.js";

/** Characters of a custom status's text. */
export const MAX_CUSTOM_STATUS_LENGTH = 100;

/** A flag, a keycap, or a pictograph with all that is joined to it. */
const EMOJI =
  /\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|\p{ExtPict}(?:\p{EMod}|\uFE0F|[\u{E0020}-\u{E007F}]+)?(?:\u200D\p{ExtPict}(?:\p{EMod}|\uFE0F)?)*/u;

/** The first emoji in a text, whole; empty where there is none. */
export function firstEmoji(text: string): string {
  return EMOJI.exec(text)?.[0] ?? "";
}

/** What a form gave, as a status: the text without blanks around it, cut to 100 characters, and one emoji; null where nothing is left. */
export function toCustomStatus(given: {
  text?: string;
  emoji?: string;
  /** When it ends by itself; null and absent: never. */
  expiresAt?: Date | null;
}): CustomStatus | null {
  const text = [...(given.text ?? "").trim()].slice(0, MAX_CUSTOM_STATUS_LENGTH).join("").trim();
  const emoji = firstEmoji(given.emoji ?? "");
  if (!text && !emoji) return null;
  const { expiresAt } = given;
  return { ...(text && { text }), ...(emoji && { emoji }), ...(expiresAt && { expiresAt }) };
}

/** Whether a status is over. */
export function isCustomStatusExpired(
  status: { expiresAt?: Moment | null },
  options: Pick<TimeTextOptions, "now"> = {},
): boolean {
  const end = timeOf(status.expiresAt);
  return end !== undefined && end <= presentOf(options);
}

/**
 * A status in one line, emoji first; null for none, an empty one and one that is over.
 *
 * @param maxLength - Characters of the text; a longer one ends in `…`.
 */
export function formatCustomStatus(
  status: CustomStatus | null | undefined,
  { maxLength = 50, ...options }: Pick<TimeTextOptions, "now"> & { maxLength?: number } = {},
): string | null {
  if (!status || isCustomStatusExpired(status, options)) return null;
  const characters = [...(status.text ?? "")];
  const text =
    characters.length > maxLength
      ? `${characters.slice(0, maxLength - 1).join("")}…`
      : characters.join("");
  return [status.emoji, text].filter(Boolean).join(" ") || null;
}
