import { describe, expect, it } from "vitest";
import {
  ACTIVITIES,
  type Activity,
  activityStatus,
  expiryOf,
  firstEmoji,
  formatCustomStatus,
  isCustomStatusExpired,
  STATUS_DURATIONS,
  type StatusDuration,
  toCustomStatus,
} from "../../../src/presence-presets/index.js";

/** A Wednesday. */
const now = new Date(2026, 2, 11, 14, 30);
const minutesOn = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const REFUSED = expect.objectContaining({ code: "VALIDATION_ERROR" });

describe("a custom status from a form", () => {
  it("loses the blanks around its text, and what is beyond 100 characters", () => {
    expect(toCustomStatus({ text: "  at lunch " })).toEqual({ text: "at lunch" });
    expect(toCustomStatus({ text: "x".repeat(101) })?.text).toHaveLength(100);
    expect([...(toCustomStatus({ text: "😀".repeat(101) })?.text ?? "")]).toHaveLength(100);
  });

  it("keeps the first emoji only, whole", () => {
    expect(toCustomStatus({ emoji: "lunch 🍕🍔" })?.emoji).toBe("🍕");
    for (const emoji of ["👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪", "1️⃣", "❤️"]) {
      expect(firstEmoji(`a${emoji}b`)).toBe(emoji);
    }
    expect(firstEmoji("no 1 here")).toBe("");
  });

  it("is none where nothing is left", () => {
    expect(toCustomStatus({ text: "  ", emoji: "x" })).toBeNull();
    expect(toCustomStatus({ emoji: "🍕" })).toEqual({ emoji: "🍕" });
  });

  it("is over at its end, and never without one", () => {
    expect(isCustomStatusExpired({ expiresAt: now }, { now })).toBe(true);
    expect(isCustomStatusExpired({ expiresAt: minutesOn(1) }, { now })).toBe(false);
    expect(isCustomStatusExpired({}, { now })).toBe(false);
  });

  it("is shown in one line, cut where it is long, and not once it is over", () => {
    expect(formatCustomStatus({ emoji: "📅", text: "In a meeting" })).toBe("📅 In a meeting");
    expect(formatCustomStatus({ text: "abcdef" }, { maxLength: 4 })).toBe("abc…");
    expect(formatCustomStatus({ text: "over", expiresAt: now }, { now })).toBeNull();
    expect(formatCustomStatus({})).toBeNull();
    expect(formatCustomStatus(null)).toBeNull();
  });
});

describe("expiryOf", () => {
  it.each<[StatusDuration, Date | null]>([
    ["30m", minutesOn(30)],
    ["1h", minutesOn(60)],
    ["2h", minutesOn(120)],
    ["4h", minutesOn(240)],
    ["today", new Date(2026, 2, 12)],
    ["this_week", new Date(2026, 2, 16)],
    ["indefinite", null],
  ])("says when %s ends", (duration, end) => {
    expect(expiryOf(duration, { now })).toEqual(end);
  });

  it("ends a week with Sunday", () => {
    expect(expiryOf("this_week", { now: new Date(2026, 2, 15, 23) })).toEqual(
      new Date(2026, 2, 16),
    );
    expect(expiryOf("this_week", { now: new Date(2026, 2, 16) })).toEqual(new Date(2026, 2, 23));
  });

  it("takes an end ahead for a custom duration, and no other", () => {
    expect(expiryOf("custom", { now, until: minutesOn(7) })).toEqual(minutesOn(7));
    expect(() => expiryOf("custom", { now })).toThrow(REFUSED);
    expect(() => expiryOf("custom", { now, until: now })).toThrow(REFUSED);
    expect(() => expiryOf("3h" as StatusDuration)).toThrow(REFUSED);
  });

  it("knows every duration that a picker shows", () => {
    for (const { value, label } of STATUS_DURATIONS) {
      expect(label).not.toBe("");
      expect(() => expiryOf(value, { now, until: minutesOn(1) })).not.toThrow();
    }
  });
});

describe("activities", () => {
  it("are custom statuses with an end of their own", () => {
    expect(activityStatus("in_meeting", { now })).toEqual({
      text: "In a meeting",
      emoji: "📅",
      expiresAt: minutesOn(60),
    });
    expect(activityStatus("vacationing")).toEqual({ text: "On vacation", emoji: "🌴" });
    expect(activityStatus("out_sick", { now }).expiresAt).toEqual(new Date(2026, 2, 12));
  });

  it("last as long as the user says", () => {
    expect(activityStatus("on_call", { now, duration: "4h" }).expiresAt).toEqual(minutesOn(240));
  });

  it("survive a form as they are", () => {
    for (const activity of Object.keys(ACTIVITIES) as Activity[]) {
      const status = activityStatus(activity, { now });
      expect(toCustomStatus(status)).toEqual(status);
    }
  });

  it("are refused where unknown", () => {
    expect(() => activityStatus("sleeping" as Activity)).toThrow("Unknown activity");
    expect(() => activityStatus("toString" as Activity)).toThrow(REFUSED);
  });
});
