import { refused } from "../checks.js";
import { presentOf, type TimeTextOptions } from "./relative-time.js";

/** When a user wants to be left alone, by the local time zone. */
export interface DoNotDisturbSchedule {
  /** Default true. */
  enabled?: boolean;
  /** `HH:MM`, 00:00 to 23:59. Default `22:00`. */
  start?: string;
  /** `HH:MM`. Not after `start`: on the next day. Default `08:00`. */
  end?: string;
  /** Days on which it begins: 0 is Sunday, as `Date.getDay()`. Default: every day. */
  days?: readonly number[];
}

/** How far ahead is looked: a schedule is the same every week. */
const HORIZON = 8 * 24 * 3_600_000;

interface Period {
  begins: Date;
  ends: Date;
}

type At = Pick<TimeTextOptions, "now">;

/** Whether a user is to be left alone now. @throws `VALIDATION_ERROR` */
export function isDoNotDisturb(schedule: DoNotDisturbSchedule = {}, options: At = {}): boolean {
  const now = presentOf(options);
  return periods(schedule, now).some((period) => holds(period, now));
}

/**
 * When {@link isDoNotDisturb} answers otherwise next, for one timer in place of one a minute; null
 * for never. @throws `VALIDATION_ERROR`
 */
export function nextDoNotDisturbChange(
  schedule: DoNotDisturbSchedule = {},
  options: At = {},
): Date | null {
  const now = presentOf(options);
  const known = periods(schedule, now);
  const isOn = (time: number) => known.some((period) => holds(period, time));
  const changes = known.flatMap(({ begins, ends }) => [begins, ends]);
  const isOnNow = isOn(now);
  return changes
    .map((moment) => moment.getTime())
    .filter((time) => now < time && time <= now + HORIZON && isOn(time) !== isOnNow)
    .reduce<Date | null>(
      (next, time) => (next && next.getTime() <= time ? next : new Date(time)),
      null,
    );
}

function holds({ begins, ends }: Period, time: number): boolean {
  return begins.getTime() <= time && time < ends.getTime();
}

/** The periods that begin from yesterday on, as far as the horizon. */
function periods(schedule: DoNotDisturbSchedule, now: number): Period[] {
  const { enabled = true, start = "22:00", end = "08:00", days } = schedule;
  const [startHour, startMinute] = clockTime(start);
  const [endHour, endMinute] = clockTime(end);
  if (!enabled) return [];
  const endsNextDay = endHour * 60 + endMinute <= startHour * 60 + startMinute;
  const today = new Date(now);
  const at = (day: number, hour: number, minute: number) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + day, hour, minute);
  return Array.from({ length: 11 }, (_, index) => index - 1)
    .filter((day) => days?.includes(at(day, 0, 0).getDay()) ?? true)
    .map((day) => ({
      begins: at(day, startHour, startMinute),
      ends: at(endsNextDay ? day + 1 : day, endHour, endMinute),
    }));
}

function clockTime(text: string): [hour: number, minute: number] {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour === undefined) throw refused(`"${text}" is no time of day: HH:MM`);
  return [Number(hour), Number(minute)];
}
