import { describe, expect, it } from "vitest";
import { isDoNotDisturb, nextDoNotDisturbChange } from "../../../src/presence-presets/index.js";

/** A Wednesday. */
const at = (hour: number, minute = 0, day = 11) => new Date(2026, 2, day, hour, minute);

describe("do not disturb", () => {
  it("is from ten at night to eight in the morning unless the user says otherwise", () => {
    const times = [at(21, 59), at(22), at(3), at(7, 59), at(8)];
    expect(times.map((now) => isDoNotDisturb({}, { now }))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it("can lie within a day", () => {
    const schedule = { start: "12:00", end: "13:30" };
    const times = [at(11, 59), at(12), at(13, 29), at(13, 30)];
    expect(times.map((now) => isDoNotDisturb(schedule, { now }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("belongs to the day on which it begins", () => {
    const tuesdays = { days: [2] };
    expect(isDoNotDisturb(tuesdays, { now: at(7) })).toBe(true);
    expect(isDoNotDisturb(tuesdays, { now: at(23) })).toBe(false);
  });

  it("is never while switched off", () => {
    expect(isDoNotDisturb({ enabled: false }, { now: at(3) })).toBe(false);
    expect(nextDoNotDisturbChange({ enabled: false }, { now: at(3) })).toBeNull();
  });

  it("says when it changes next", () => {
    expect(nextDoNotDisturbChange({}, { now: at(14) })).toEqual(at(22));
    expect(nextDoNotDisturbChange({}, { now: at(22) })).toEqual(at(8, 0, 12));
    expect(nextDoNotDisturbChange({ days: [2] }, { now: at(8) })).toEqual(at(22, 0, 17));
    expect(nextDoNotDisturbChange({ days: [] }, { now: at(8) })).toBeNull();
  });

  it("never changes where one day's end is the next one's begin", () => {
    const always = { start: "00:00", end: "00:00" };
    expect(isDoNotDisturb(always, { now: at(12) })).toBe(true);
    expect(nextDoNotDisturbChange(always, { now: at(12) })).toBeNull();
    const fromFriday = { ...always, days: [5, 6] };
    expect(nextDoNotDisturbChange(fromFriday, { now: at(12, 0, 13) })).toEqual(at(0, 0, 15));
  });

  it.each(["8:00", "24:00", "22:60", "noon", ""])("refuses %j for a time of day", (start) => {
    const call = () => isDoNotDisturb({ start });
    expect(call).toThrow(expect.objectContaining({ code: "VALIDATION_ERROR" }));
  });
});
