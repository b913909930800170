import { describe, expect, it } from "vitest";
import { deliveryText, isDeliveryShown, readPercentage } from "../../src/index.js";

describe("deliveryText", () => {
  it.each([
    ["pending", "Pending"],
    ["sending", "Sending..."],
    ["sent", "Sent"],
    ["delivered", "Delivered"],
    ["read", "Read"],
    ["failed", "Failed to send"],
  ] as const)("says of a message that is %s: %s", (state, text) => {
    expect(deliveryText({ state })).toBe(text);
  });
});

describe("readPercentage", () => {
  it.each([
    [0, 0, 0],
    [3, 0, 0],
    [0, 4, 0],
    [1, 3, 33],
    [2, 3, 67],
    [3, 3, 100],
    [4, 3, 100],
  ])("is of %d readers among %d recipients %d", (readCount, totalRecipients, percentage) => {
    expect(readPercentage({ readCount, totalRecipients })).toBe(percentage);
  });
});

describe("isDeliveryShown", () => {
  const HOUR = 3_600_000;
  const now = Date.parse("2026-01-30T12:00:00.000Z");
  const sent = (hoursAgo: number, userId = "me") => ({
    userId,
    timestamp: new Date(now - hoursAgo * HOUR).toISOString(),
  });

  it("is for a day, of one's own messages", () => {
    expect(isDeliveryShown(sent(0), "me", { now })).toBe(true);
    expect(isDeliveryShown(sent(23.9), "me", { now })).toBe(true);
    expect(isDeliveryShown(sent(24), "me", { now })).toBe(false);
    expect(isDeliveryShown(sent(0, "bob"), "me", { now })).toBe(false);
  });

  it("is for as long as the app says", () => {
    expect(isDeliveryShown(sent(2), "me", { now, maxAge: HOUR })).toBe(false);
    expect(isDeliveryShown(sent(48), "me", { now, maxAge: 72 * HOUR })).toBe(true);
  });

  it("holds for one that was sent by a clock ahead of ours", () => {
    expect(isDeliveryShown(sent(-1), "me", { now })).toBe(true);
  });
});
