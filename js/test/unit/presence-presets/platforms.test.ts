import { describe, expect, it } from "vitest";
import {
  PLATFORMS,
  type Platform,
  platformLastSeen,
  platformSeenBy,
  platformStatusColor,
  platformStatusLabel,
  platformTypingText,
  statusWhenIdle,
} from "../../../src/presence-presets/index.js";

/** A Wednesday. */
const now = new Date(2026, 2, 11, 14, 30);
const options = { now, locale: "en-GB" };
const ids = Object.keys(PLATFORMS) as Platform[];

describe("presets of messengers", () => {
  it("are six, of which Signal shows nobody's presence", () => {
    expect(ids).toEqual(["default", "whatsapp", "telegram", "signal", "slack", "discord"]);
    expect(ids.filter((id) => !PLATFORMS[id].showsOnline)).toEqual(["signal"]);
    expect(ids.filter((id) => PLATFORMS[id].lastSeen === "hidden")).toEqual([
      "signal",
      "slack",
      "discord",
    ]);
    expect(ids.filter((id) => PLATFORMS[id].showsCustomStatus)).toEqual([
      "default",
      "slack",
      "discord",
    ]);
    expect(ids.filter((id) => !PLATFORMS[id].receipts.isShown)).toEqual(["slack", "discord"]);
  });

  it("name and colour statuses in their own way", () => {
    expect(platformStatusLabel("slack", "online")).toBe("Active");
    expect(platformStatusLabel("discord", "away")).toBe("Idle");
    expect(platformStatusLabel("default", "dnd")).toBe("Do not disturb");
    expect(platformStatusColor("whatsapp", "online")).toBe("#25D366");
    expect(platformStatusColor("slack", "away")).toBe("#F59E0B");
  });

  it("never tell that somebody is invisible", () => {
    for (const id of ids) {
      expect(platformStatusLabel(id, "invisible")).toBe(platformStatusLabel(id, "offline"));
      expect(platformStatusColor(id, "invisible")).toBe(platformStatusColor(id, "offline"));
    }
  });
});

describe("when somebody was last there, by messenger", () => {
  it.each<[Platform, Date | null, string | null]>([
    ["default", new Date(2026, 2, 11, 14, 25), "Last seen 5m ago"],
    ["default", new Date(2026, 2, 10, 1), "Last seen yesterday"],
    ["default", null, null],
    ["whatsapp", new Date(2026, 2, 11, 9, 5), "last seen today at 09:05"],
    ["whatsapp", new Date(2026, 2, 10, 23, 59), "last seen yesterday at 23:59"],
    ["whatsapp", new Date(2026, 2, 7, 12), "last seen Saturday at 12:00"],
    ["whatsapp", new Date(2026, 1, 1), "last seen 01/02/2026"],
    ["whatsapp", new Date(2026, 2, 11, 14, 31), "last seen today at 14:31"],
    ["telegram", new Date(2026, 2, 12), "last seen recently"],
    ["telegram", new Date(2026, 2, 8), "last seen recently"],
    ["telegram", new Date(2026, 2, 4), "last seen within a week"],
    ["telegram", new Date(2026, 1, 20), "last seen within a month"],
    ["telegram", new Date(2001, 1, 1), "last seen a long time ago"],
    ["signal", now, null],
    ["slack", now, null],
    ["discord", now, null],
  ])("%s says of %s: %s", (platform, moment, text) => {
    expect(platformLastSeen(platform, moment, options)).toBe(text);
  });
});

describe("who types, by messenger", () => {
  const names = ["Ann", "Bo", "Cy", "Di", "Eve"];
  it.each<[Platform, number, string]>([
    ["default", 0, ""],
    ["default", 1, "Ann is typing..."],
    ["default", 2, "Ann and Bo are typing..."],
    ["default", 3, "Ann, Bo, and Cy are typing..."],
    ["default", 5, "Ann, Bo, and 3 others are typing..."],
    ["whatsapp", 2, "2 people are typing..."],
    ["telegram", 2, "Ann and Bo are typing..."],
    ["telegram", 3, "Ann, Bo, and 1 other are typing..."],
    ["signal", 5, "5 people are typing..."],
    ["slack", 2, "Ann and Bo are typing..."],
    ["slack", 3, "Several people are typing..."],
    ["discord", 3, "Ann, Bo, and Cy are typing..."],
    ["discord", 4, "Several people are typing..."],
  ])("%s says of %d: %s", (platform, count, text) => {
    expect(platformTypingText(platform, names.slice(0, count))).toBe(text);
  });
});

describe("who has read, by messenger", () => {
  it.each<[Platform, string[], string]>([
    ["default", [], ""],
    ["default", ["Ann"], "Seen by Ann"],
    ["default", ["Ann", "Bo"], "Seen by Ann and Bo"],
    ["whatsapp", ["Ann", "Bo", "Cy", "Di"], "Seen by Ann, Bo, and 2 others"],
    ["telegram", ["Ann", "Bo"], "Seen by 2"],
    ["slack", ["Ann"], ""],
  ])("%s says of %j: %j", (platform, names, text) => {
    expect(platformSeenBy(platform, names)).toBe(text);
  });
});

describe("statusWhenIdle", () => {
  it("is away from five minutes on for who is online, and what they chose before and after", () => {
    expect(statusWhenIdle("online", 299_999)).toBe("online");
    expect(statusWhenIdle("online", 300_000)).toBe("away");
    expect(statusWhenIdle("online", 0)).toBe("online");
  });

  it("leaves every other choice as it is", () => {
    for (const chosen of ["away", "busy", "dnd", "invisible", "offline"] as const) {
      expect(statusWhenIdle(chosen, 3_600_000)).toBe(chosen);
    }
  });

  it("goes by the messenger's own time", () => {
    expect(statusWhenIdle("online", 300_000, PLATFORMS.slack)).toBe("online");
    expect(statusWhenIdle("online", 600_000, PLATFORMS.slack)).toBe("away");
    expect(statusWhenIdle("online", 1e9, PLATFORMS.signal)).toBe("online");
  });
});
