import { type MessageEvent, messageKey, type TimelineGap } from "nchat-realtime";

/** Messages of one author within this time stand together. */
const GROUP_MS = 5 * 60_000;

/** A message, and how it stands to the one before it. */
export interface TimelineItem {
  key: string;
  message: MessageEvent;
  /** What is missing right before it. */
  gap: TimelineGap | undefined;
  /** The day that begins with it; undefined where it goes on. */
  day: string | undefined;
  /** Whether its author has to be named again. */
  startsGroup: boolean;
}

/** Messages with the days and groups they make, and the gaps between them. */
export function toItems(
  messages: readonly MessageEvent[],
  gaps: readonly TimelineGap[],
): TimelineItem[] {
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const time = new Date(message.timestamp);
    const isNewDay = !before || new Date(before.timestamp).toDateString() !== time.toDateString();
    return {
      key: messageKey(message),
      message,
      gap: gaps.find((gap) => isBetween(before, gap, message)),
      day: isNewDay ? time.toDateString() : undefined,
      startsGroup:
        isNewDay ||
        before.userId !== message.userId ||
        time.getTime() - Date.parse(before.timestamp) > GROUP_MS,
    };
  });
}

/** Whether something is missing after the newest message that has a place. */
export function gapAtEnd(
  messages: readonly MessageEvent[],
  gaps: readonly TimelineGap[],
): TimelineGap | undefined {
  const last = messages.findLast((message) => message.seq !== undefined)?.seq ?? 0;
  return gaps.find((gap) => gap.fromSeq > last);
}

function isBetween(before: MessageEvent | undefined, gap: TimelineGap, after: MessageEvent) {
  return (before?.seq ?? 0) < gap.fromSeq && after.seq !== undefined && gap.toSeq < after.seq;
}

/** "14:05", as the reader's country writes it. */
export function timeOfDay(timestamp: string): string {
  return new Date(timestamp).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

/** "Today", "Yesterday", or the date. */
export function dayName(day: string, today = new Date()): string {
  const yesterday = new Date(today);
  yesterday.setDate(today.getDate() - 1);
  if (day === today.toDateString()) return "Today";
  if (day === yesterday.toDateString()) return "Yesterday";
  return new Date(day).toLocaleDateString(undefined, { dateStyle: "full" });
}
