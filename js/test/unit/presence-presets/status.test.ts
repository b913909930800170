import { describe, expect, it } from "vitest";
import {
  compareByStatus,
  isOnlineStatus,
  isStatusName,
  publicStatus,
  STATUS_LOOKS,
  statusChoices,
} from "../../../src/presence-presets/index.js";
import type { PresenceStatusName } from "../../../src/types.js";

describe("statuses", () => {
  it("have a label, a description and a colour each", () => {
    for (const look of Object.values(STATUS_LOOKS)) {
      expect(look.label).not.toBe("");
      expect(look.description).not.toBe("");
      expect(look.color).toMatch(/^#[0-9A-F]{6}$/);
    }
    expect(STATUS_LOOKS.online.color).toBe("#22C55E");
    expect(STATUS_LOOKS.dnd.color).toBe(STATUS_LOOKS.busy.color);
    expect(STATUS_LOOKS.invisible.color).toBe(STATUS_LOOKS.offline.color);
  });

  it("are told from other texts", () => {
    expect(["online", "dnd", "invisible"].every(isStatusName)).toBe(true);
    expect(["Online", "", "toString", null, 1].some(isStatusName)).toBe(false);
  });

  it("show who is invisible as offline", () => {
    expect(publicStatus("invisible")).toBe("offline");
    expect(publicStatus("dnd")).toBe("dnd");
    expect(isOnlineStatus("invisible")).toBe(false);
    expect(
      ["online", "away", "busy", "dnd"].every((s) => isOnlineStatus(s as PresenceStatusName)),
    ).toBe(true);
  });

  it("lead from offline to online only, and from online to five others", () => {
    expect(statusChoices("offline")).toEqual(["online"]);
    expect(statusChoices("online")).toEqual(["away", "busy", "dnd", "invisible", "offline"]);
  });

  it("order a list by who is there, then by name, without telling who is invisible", () => {
    const people = [
      { name: "Zoe", status: "offline" },
      { name: "Ann", status: "away" },
      { name: "Bo", status: "online" },
      { name: "Abe", status: "online" },
      { name: "Yan", status: "invisible" },
      { name: "Eve", status: "busy" },
    ] satisfies { name: string; status: PresenceStatusName }[];
    const names = people.toSorted(compareByStatus).map(({ name }) => name);
    expect(names).toEqual(["Abe", "Bo", "Ann", "Eve", "Yan", "Zoe"]);
  });
});
