import type { PresenceStatusName } from "../types.js";

/** Messengers whose manner of showing presence there is a preset of; `default` is this package's own. */
export type Platform = "default" | "whatsapp" | "telegram" | "signal" | "slack" | "discord";

/** How a messenger shows who is there, who types and who has read. */
export interface PlatformPreset {
  /** What its users know it as. */
  readonly name: string;
  /** What a user can choose. */
  readonly statuses: readonly PresenceStatusName[];
  /** What its statuses are called, where that is not what `STATUS_LOOKS` says. */
  readonly labels: Readonly<Partial<Record<PresenceStatusName, string>>>;
  /** CSS colours of its statuses, where they are not those of `STATUS_LOOKS`. */
  readonly colors: Readonly<Partial<Record<PresenceStatusName, string>>>;
  /** Whether it is shown that somebody is there. */
  readonly showsOnline: boolean;
  /** Whether it is shown when somebody was there: not at all, to the minute, or roughly. */
  readonly lastSeen: "hidden" | "exact" | "rough";
  /** Whether users say in words what they do. */
  readonly showsCustomStatus: boolean;
  /** How long, in ms, somebody who does nothing is not away yet; null: nobody is ever away. */
  readonly idleAfter: number | null;
  readonly typing: {
    /** Whether typing is told unless the user says otherwise. */
    readonly isShown: boolean;
    /** How many are named; beyond that, others are counted or only said to be several. */
    readonly maxNames: number;
    /** Who types beyond `maxNames`. */
    readonly beyond: "counted" | "several";
  };
  readonly receipts: {
    /** Whether it is told what was read unless the user says otherwise. */
    readonly isShown: boolean;
    /** Whether a group's readers are named. */
    readonly namesReaders: boolean;
  };
}

const FIVE_MINUTES = 300_000;

const DEFAULT: PlatformPreset = {
  name: "Default",
  statuses: ["online", "away", "busy", "dnd", "invisible"],
  labels: {},
  colors: {},
  showsOnline: true,
  lastSeen: "exact",
  showsCustomStatus: true,
  idleAfter: FIVE_MINUTES,
  typing: { isShown: true, maxNames: 3, beyond: "counted" },
  receipts: { isShown: true, namesReaders: true },
};

/** The presets, by messenger. */
export const PLATFORMS: Readonly<Record<Platform, PlatformPreset>> = {
  default: DEFAULT,
  whatsapp: {
    ...DEFAULT,
    name: "WhatsApp",
    statuses: ["online"],
    labels: { online: "online" },
    colors: { online: "#25D366" },
    showsCustomStatus: false,
    idleAfter: null,
    typing: { isShown: true, maxNames: 1, beyond: "counted" },
  },
  telegram: {
    ...DEFAULT,
    name: "Telegram",
    statuses: ["online"],
    labels: { online: "online" },
    colors: { online: "#0088CC" },
    lastSeen: "rough",
    showsCustomStatus: false,
    typing: { isShown: true, maxNames: 2, beyond: "counted" },
    receipts: { isShown: true, namesReaders: false },
  },
  signal: {
    ...DEFAULT,
    name: "Signal",
    statuses: ["online"],
    showsOnline: false,
    lastSeen: "hidden",
    showsCustomStatus: false,
    idleAfter: null,
    typing: { isShown: true, maxNames: 1, beyond: "counted" },
  },
  slack: {
    ...DEFAULT,
    name: "Slack",
    statuses: ["online", "away", "dnd"],
    labels: { online: "Active", dnd: "Notifications paused" },
    colors: { online: "#2BAC76" },
    lastSeen: "hidden",
    idleAfter: 2 * FIVE_MINUTES,
    typing: { isShown: true, maxNames: 2, beyond: "several" },
    receipts: { isShown: false, namesReaders: false },
  },
  discord: {
    ...DEFAULT,
    name: "Discord",
    statuses: ["online", "away", "dnd", "invisible"],
    labels: { away: "Idle" },
    colors: { online: "#23A55A", away: "#F0B232", dnd: "#F23F43", offline: "#80848E" },
    lastSeen: "hidden",
    typing: { isShown: true, maxNames: 3, beyond: "several" },
    receipts: { isShown: false, namesReaders: false },
  },
};

/**
 * The status shown for somebody who has done nothing for a while: `away` where they would be
 * online, and what they chose again as soon as they do something. The engine does this by
 * itself; this is for previews, and for apps that show others' idle times.
 */
export function statusWhenIdle(
  chosen: PresenceStatusName,
  idleFor: number,
  { idleAfter }: Pick<PlatformPreset, "idleAfter"> = DEFAULT,
): PresenceStatusName {
  return chosen === "online" && idleAfter !== null && idleFor >= idleAfter ? "away" : chosen;
}
