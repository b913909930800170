import type { TypingUser } from "../types.js";

/** Users named at most; the others are counted. */
const MAX_SHOWN_TYPERS = 10;

/** Of those who type, who is shown. */
export function shownTypers(users: readonly TypingUser[]): readonly TypingUser[] {
  return users.slice(0, MAX_SHOWN_TYPERS);
}

/**
 * Who types, in words: `A is typing...`, `A and B are typing...`, `A, B, and C are typing...`,
 * `A, B, and 2 others are typing...`; null for nobody. Who has no name is `Someone`.
 */
export function typingText(users: readonly TypingUser[]): string | null {
  const [first, second, third] = users.map(({ userName }) => userName || "Someone");
  if (first === undefined) return null;
  if (second === undefined) return `${first} is typing...`;
  if (third === undefined) return `${first} and ${second} are typing...`;
  const rest = users.length === 3 ? third : `${users.length - 2} others`;
  return `${first}, ${second}, and ${rest} are typing...`;
}
