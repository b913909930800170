import { describe, expect, it } from "vitest";
import {
  formatLastActive,
  formatLastSeen,
  formatTimeRemaining,
} from "../../../src/presence-presets/index.js";

const now = new Date(2026, 2, 11, 14, 30);
const ago = (ms: number) => new Date(now.getTime() - ms);
const [MINUTE, HOUR] = [60_000, 3_600_000];

describe("formatLastSeen", () => {
  it.each([
    [null, "Never"],
    [undefined, "Never"],
    ["no date", "Never"],
    [ago(0), "Just now"],
    [ago(59_999), "Just now"],
    [ago(MINUTE), "1m ago"],
    [ago(HOUR - 1), "59m ago"],
    [ago(HOUR), "1h ago"],
    [ago(24 * HOUR - 1), "23h ago"],
    [new Date(2026, 2, 10, 14, 30), "Yesterday"],
    [new Date(2026, 2, 9, 23, 59), "2d ago"],
    [new Date(2026, 2, 5, 0, 0), "6d ago"],
  ])("says of %s: %s", (moment, text) => {
    expect(formatLastSeen(moment, { now })).toBe(text);
  });

  it("counts days of the calendar: two nights ago is not yesterday, even less than 48 hours", () => {
    const atNight = new Date(2026, 2, 11, 1, 0);
    expect(formatLastSeen(new Date(2026, 2, 9, 2, 0), { now: atNight })).toBe("2d ago");
  });

  it("gives the date from a week on, in the locale's manner", () => {
    expect(formatLastSeen(new Date(2026, 2, 4, 12), { now, locale: "en-GB" })).toBe("04/03/2026");
    expect(formatLastSeen(new Date(1999, 11, 31), { now, locale: "en-US" })).toBe("12/31/1999");
  });

  it("takes what lies ahead for now, as with a clock that is wrong", () => {
    expect(formatLastSeen(ago(-HOUR), { now })).toBe("Just now");
  });

  it("takes dates, milliseconds and ISO texts", () => {
    const moment = ago(5 * MINUTE);
    for (const given of [moment, moment.getTime(), moment.toISOString()]) {
      expect(formatLastSeen(given, { now: now.toISOString() })).toBe("5m ago");
    }
  });
});

describe("formatTimeRemaining", () => {
  it.each([
    [-1, "Expired"],
    [0, "Expired"],
    [1, "1m"],
    [30 * MINUTE, "30m"],
    [59 * MINUTE + 1, "1h"],
    [4 * HOUR, "4h"],
    [23 * HOUR + 1, "1d"],
    [48 * HOUR, "2d"],
  ])("says of %d ms: %s", (left, text) => {
    expect(formatTimeRemaining(ago(-left), { now })).toBe(text);
  });

  it("says nothing of what has no end", () => {
    expect(formatTimeRemaining(null)).toBeNull();
    expect(formatTimeRemaining(undefined)).toBeNull();
  });
});

describe("formatLastActive", () => {
  it.each([
    [true, ago(HOUR), "Active now"],
    [false, null, "Not available"],
    [false, ago(5 * MINUTE - 1), "Active just now"],
    [false, ago(5 * MINUTE), "Active 5m ago"],
    [false, ago(30 * HOUR), "Active yesterday"],
  ])("says of %s, %s: %s", (isActive, moment, text) => {
    expect(formatLastActive(isActive, moment, { now })).toBe(text);
  });
});
