import { describe, expect, it } from "vitest";
import {
  DEFAULT_PRESENCE_SETTINGS,
  type PresenceSettings,
} from "../../../src/presence/settings.js";
import {
  ALL_VISIBLE,
  filtered,
  NOTHING_VISIBLE,
  type SettingsLookup,
  visibilityOf,
} from "../../../src/presence/visibility.js";

const settings = (changed: Partial<PresenceSettings>): PresenceSettings => ({
  ...DEFAULT_PRESENCE_SETTINGS,
  userId: "target",
  ...changed,
});

/** canViewPresence, canViewOnlineStatus, canViewLastSeen, isContact, isInvisible. */
function row(found: SettingsLookup, contact: boolean | "failed") {
  const seen = visibilityOf(found, contact);
  return [
    seen.canViewPresence,
    seen.canViewOnlineStatus,
    seen.canViewLastSeen,
    seen.isContact,
    seen.isInvisible,
  ];
}

const T = true;
const F = false;

describe("the privacy matrix", () => {
  it.each([
    ["2: no record means the defaults", null, false, [T, T, T, F, F]],
    ["2: a look-up that failed hides", "failed", true, [F, F, F, F, F]],
    [
      "3: invisible, as one who is offline",
      settings({ invisibleMode: true }),
      false,
      [T, T, T, F, F],
    ],
    [
      "3: invisible to contacts, as one who is offline",
      settings({ invisibleMode: true, visibility: "contacts" }),
      false,
      [F, F, F, F, F],
    ],
    ["4: everyone", settings({}), true, [T, T, T, T, F]],
    ["4: everyone, without last seen", settings({ showLastSeen: false }), false, [T, T, F, F, F]],
    [
      "4: everyone, without online status, which hides last seen too",
      settings({ showOnlineStatus: false }),
      false,
      [T, F, F, F, F],
    ],
    ["5: contacts, a contact", settings({ visibility: "contacts" }), true, [T, T, T, T, F]],
    [
      "5: contacts, a contact, without online status",
      settings({ visibility: "contacts", showOnlineStatus: false }),
      true,
      [T, F, F, T, F],
    ],
    ["6: contacts, no contact", settings({ visibility: "contacts" }), false, [F, F, F, F, F]],
    ["7: nobody, a contact", settings({ visibility: "nobody" }), true, [F, F, F, T, F]],
    ["7: nobody", settings({ visibility: "nobody" }), false, [F, F, F, F, F]],
    [
      "8: any other visibility hides",
      settings({ visibility: "friends" as "everyone" }),
      true,
      [F, F, F, F, F],
    ],
    ["9: contacts that cannot be asked for hide", settings({}), "failed", [F, F, F, F, F]],
  ] as const)("row %s", (_, found, contact, expected) => {
    expect(row(found, contact)).toEqual(expected);
  });
});

describe("a presence that is filtered", () => {
  const presence = {
    userId: "target",
    status: "busy" as const,
    customStatus: { text: "Gym" },
    device: "web",
    lastSeenAt: new Date(0),
  };

  it("is whole where all may be seen", () => {
    expect(filtered(presence, null, ALL_VISIBLE)).toEqual({
      ...presence,
      isFiltered: false,
      canViewOnlineStatus: true,
      canViewLastSeen: true,
      isContact: false,
    });
  });

  it("has nothing in it where nothing may be seen", () => {
    expect(filtered(presence, "failed", NOTHING_VISIBLE)).toEqual({
      userId: "target",
      status: "offline",
      isFiltered: true,
      canViewOnlineStatus: false,
      canViewLastSeen: false,
      isContact: false,
    });
  });

  it("without online status shows neither custom status, device nor last seen", () => {
    const found = settings({ showOnlineStatus: false });
    expect(filtered(presence, found, visibilityOf(found, true))).toEqual({
      userId: "target",
      status: "offline",
      isFiltered: true,
      canViewOnlineStatus: false,
      canViewLastSeen: false,
      isContact: true,
    });
  });

  it("of who is invisible is that of who is offline, to the letter", () => {
    const offline = { userId: "target", status: "offline" as const, lastSeenAt: new Date(0) };
    for (const visibility of ["everyone", "contacts", "nobody"] as const) {
      for (const contact of [true, false]) {
        const [absent, hidden] = [false, true].map((invisibleMode) =>
          settings({ visibility, invisibleMode }),
        ) as [PresenceSettings, PresenceSettings];
        expect(filtered(presence, hidden, visibilityOf(hidden, contact))).toEqual(
          filtered(offline, absent, visibilityOf(absent, contact)),
        );
      }
    }
  });
});
