import { describe, expect, it } from "vitest";
import {
  isLastSeenVisibleTo,
  isPresenceVisibleTo,
  shouldSendTypingIndicator,
  shouldShowReadReceipts,
  type VisibilitySettings,
} from "../../../src/presence-presets/index.js";

const [self, contact, stranger] = [{ isSelf: true }, { isContact: true }, {}];

describe("what settings mean for a viewer", () => {
  it.each<[string, VisibilitySettings, boolean, boolean]>([
    ["the defaults", {}, true, true],
    ["everyone", { visibility: "everyone" }, true, true],
    ["contacts", { visibility: "contacts" }, true, false],
    ["nobody", { visibility: "nobody" }, false, false],
    ["a value that is not known", { visibility: "friends" as "nobody" }, false, false],
    ["invisible mode", { invisibleMode: true }, false, false],
    ["no online status", { showOnlineStatus: false }, false, false],
  ])("%s", (_, settings, contactSees, strangerSees) => {
    expect(isPresenceVisibleTo(settings, contact)).toBe(contactSees);
    expect(isPresenceVisibleTo(settings, stranger)).toBe(strangerSees);
    expect(isLastSeenVisibleTo(settings, contact)).toBe(contactSees);
    expect(isLastSeenVisibleTo(settings, stranger)).toBe(strangerSees);
    expect(isPresenceVisibleTo(settings, self)).toBe(true);
    expect(isLastSeenVisibleTo(settings, self)).toBe(true);
  });

  it("can keep back the time only", () => {
    const settings = { showLastSeen: false };
    expect(isPresenceVisibleTo(settings, stranger)).toBe(true);
    expect(isLastSeenVisibleTo(settings, stranger)).toBe(false);
  });
});

describe("receipts and typing", () => {
  it.each([
    ["receipts", "allowReadReceipts", shouldShowReadReceipts],
    ["typing", "broadcastTyping", shouldSendTypingIndicator],
  ] as const)(
    "%s go by the conversation, then by the settings, and are told by default",
    (_, key, decide) => {
      expect(decide({})).toBe(true);
      expect(decide({ [key]: false })).toBe(false);
      expect(decide({ [key]: false }, { [key]: true })).toBe(true);
      expect(decide({}, { [key]: false })).toBe(false);
    },
  );

  it("are never told of who is invisible", () => {
    const settings = { invisibleMode: true };
    expect(shouldShowReadReceipts(settings, { allowReadReceipts: true })).toBe(false);
    expect(shouldSendTypingIndicator(settings, { broadcastTyping: true })).toBe(false);
  });
});
