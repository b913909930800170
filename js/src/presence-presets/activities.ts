import { refused } from "../checks.js";
import type { CustomStatus } from "../types.js";
import { expiryOf, type StatusDuration } from "./durations.js";
import type { Moment, TimeTextOptions } from "./relative-time.js";

/** What people say most that they are doing. */
export type Activity =
  | "in_meeting"
  | "on_call"
  | "focusing"
  | "commuting"
  | "out_sick"
  | "vacationing"
  | "working_remotely";

/** A custom status ready to be chosen. */
export interface ActivityPreset {
  readonly text: string;
  readonly emoji: string;
  /** For how long, unless the user says otherwise. */
  readonly duration: StatusDuration;
}

/** The presets of a custom status, in the order of a picker. */
export const ACTIVITIES: Readonly<Record<Activity, ActivityPreset>> = {
  in_meeting: { text: "In a meeting", emoji: "📅", duration: "1h" },
  on_call: { text: "On a call", emoji: "📞", duration: "30m" },
  focusing: { text: "Focusing", emoji: "🎯", duration: "2h" },
  commuting: { text: "Commuting", emoji: "🚌", duration: "1h" },
  out_sick: { text: "Out sick", emoji: "🤒", duration: "today" },
  vacationing: { text: "On vacation", emoji: "🌴", duration: "indefinite" },
  working_remotely: { text: "Working remotely", emoji: "🏠", duration: "today" },
};

/**
 * The custom status of an activity that begins now: what `setCustomStatus` takes.
 *
 * @param options.duration - Default: the activity's own.
 * @param options.until - The end of a `custom` duration.
 * @throws `VALIDATION_ERROR`: `Unknown activity`, or a duration that {@link expiryOf} refuses.
 */
export function activityStatus(
  activity: Activity,
  options: Pick<TimeTextOptions, "now"> & { duration?: StatusDuration; until?: Moment } = {},
): CustomStatus {
  if (!Object.hasOwn(ACTIVITIES, activity)) throw refused(`Unknown activity: ${String(activity)}`);
  const { text, emoji, duration } = ACTIVITIES[activity];
  const expiresAt = expiryOf(options.duration ?? duration, options);
  return { text, emoji, ...(expiresAt && { expiresAt }) };
}
