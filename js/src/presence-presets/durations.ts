import { refused } from "../checks.js";
import {
  type Moment,
  presentOf,
  startOfDay,
  type TimeTextOptions,
  timeOf,
} from "./relative-time.js";

/** For how long a status is set. */
export type StatusDuration =
  | "30m"
  | "1h"
  | "2h"
  | "4h"
  | "today"
  | "this_week"
  | "indefinite"
  | "custom";

/** What a picker of durations shows, in its order. */
export const STATUS_DURATIONS: readonly {
  readonly value: StatusDuration;
  readonly label: string;
}[] = [
  { value: "30m", label: "30 minutes" },
  { value: "1h", label: "1 hour" },
  { value: "2h", label: "2 hours" },
  { value: "4h", label: "4 hours" },
  { value: "today", label: "Today" },
  { value: "this_week", label: "This week" },
  { value: "indefinite", label: "Until I clear it" },
  { value: "custom", label: "Until a date of my choice" },
];

const MINUTES: Partial<Record<StatusDuration, number>> = {
  "30m": 30,
  "1h": 60,
  "2h": 120,
  "4h": 240,
};

/**
 * When a status that is set now ends; null for never. `today` ends at midnight and `this_week`
 * with Sunday, by the local time zone.
 *
 * @param until - The end of a `custom` duration.
 * @throws `VALIDATION_ERROR` for an unknown duration, and a `custom` one without an end ahead.
 */
export function expiryOf(
  duration: StatusDuration,
  options: Pick<TimeTextOptions, "now"> & { until?: Moment | null } = {},
): Date | null {
  const now = presentOf(options);
  const minutes = MINUTES[duration];
  if (minutes !== undefined) return new Date(now + minutes * 60_000);
  switch (duration) {
    case "today":
      return new Date(startOfDay(now, 1));
    case "this_week":
      return new Date(startOfDay(now, daysLeftInWeek(now)));
    case "indefinite":
      return null;
    case "custom":
      return endAhead(options.until, now);
    default:
      throw refused(`Unknown duration: ${String(duration)}`);
  }
}

/** Days until Monday begins: 7 on a Monday, 1 on a Sunday. */
function daysLeftInWeek(now: number): number {
  return 7 - ((new Date(now).getDay() + 6) % 7);
}

function endAhead(until: Moment | null | undefined, now: number): Date {
  const end = timeOf(until);
  if (end === undefined || end <= now) throw refused("a custom duration needs an end ahead");
  return new Date(end);
}
