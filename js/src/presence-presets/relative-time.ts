const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment, as services and servers give it: a date, ms since 1970, or an ISO 8601 text. */
export type Moment = Date | number | string;

/** What a text about time depends on besides the moment. */
export interface TimeTextOptions {
  /** The present. Default: the clock's. */
  now?: Moment;
  /** A BCP 47 tag for dates. Default: the browser's. */
  locale?: string;
}

/** A moment in ms since 1970; undefined for none, and for what is no moment. */
export function timeOf(moment: Moment | null | undefined): number | undefined {
  if (moment === null || moment === undefined) return undefined;
  const time = new Date(moment).getTime();
  return Number.isNaN(time) ? undefined : time;
}

/** The present that options give, in ms since 1970. */
export function presentOf({ now }: TimeTextOptions): number {
  return timeOf(now) ?? Date.now();
}

/** Whole days of the calendar from one moment to another, by the local time zone. */
export function daysBetween(earlier: number, later: number): number {
  return Math.round((startOfDay(later) - startOfDay(earlier)) / DAY);
}

/** The midnight that begins a day, by the local time zone. */
export function startOfDay(time: number, daysLater = 0): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + daysLater).getTime();
}

/**
 * How long ago somebody was there: `Never`, `Just now`, `5m ago`, `3h ago`, `Yesterday`,
 * `4d ago`, from a week on the date. A moment that lies ahead, as of a clock that is wrong, is
 * now. The text gets old: write it anew about once a minute.
 */
export function formatLastSeen(
  moment: Moment | null | undefined,
  options: TimeTextOptions = {},
): string {
  const time = timeOf(moment);
  if (time === undefined) return "Never";
  const now = presentOf(options);
  const passed = now - time;
  if (passed < MINUTE) return "Just now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)}m ago`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)}h ago`;
  const days = daysBetween(time, now);
  if (days === 1) return "Yesterday";
  return days < 7 ? `${days}d ago` : new Date(time).toLocaleDateString(options.locale);
}

/**
 * How long something still holds: `5m`, `3h`, `2d`, `Expired`, rounded up, so that it never says
 * less than is left; null for what has no end.
 */
export function formatTimeRemaining(
  expiresAt: Moment | null | undefined,
  options: TimeTextOptions = {},
): string | null {
  const time = timeOf(expiresAt);
  if (time === undefined) return null;
  const left = time - presentOf(options);
  if (left <= 0) return "Expired";
  if (left <= 59 * MINUTE) return `${Math.ceil(left / MINUTE)}m`;
  if (left <= 23 * HOUR) return `${Math.ceil(left / HOUR)}h`;
  return `${Math.ceil(left / DAY)}d`;
}

/** `Active now` for who is here, else when they were: `Active 5m ago`, or `Not available`. */
export function formatLastActive(
  isActive: boolean,
  moment: Moment | null | undefined,
  options: TimeTextOptions = {},
): string {
  if (isActive) return "Active now";
  const time = timeOf(moment);
  if (time === undefined) return "Not available";
  if (presentOf(options) - time < 5 * MINUTE) return "Active just now";
  const text = formatLastSeen(time, options);
  return `Active ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
