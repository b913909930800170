import type { UserPresence } from "../types.js";
import { DEFAULT_PRESENCE_SETTINGS, type PresenceSettings } from "./settings.js";

/** What one user may see of another. */
export interface PresenceVisibilityResult {
  /** Anything at all. */
  canViewPresence: boolean;
  /** When they were last there. */
  canViewLastSeen: boolean;
  /** Whether they are there; without it, nothing that goes with it either. */
  canViewOnlineStatus: boolean;
  /** Whether the viewer is a contact of theirs. */
  isContact: boolean;
  /** Always false for others: who is invisible is answered as one who is not there. */
  isInvisible: boolean;
}

/** A user's presence as another one may see it. */
export interface FilteredUserPresence extends UserPresence {
  canViewOnlineStatus: boolean;
  canViewLastSeen: boolean;
  isContact: boolean;
}

/** What a look-up brought: settings, none, or `failed`. */
export type SettingsLookup = PresenceSettings | null | "failed";

/** What is answered where it cannot be found out. */
export const NOTHING_VISIBLE: Readonly<PresenceVisibilityResult> = Object.freeze({
  canViewPresence: false,
  canViewLastSeen: false,
  canViewOnlineStatus: false,
  isContact: false,
  isInvisible: false,
});

/** What a user may see of themselves. */
export const ALL_VISIBLE: Readonly<PresenceVisibilityResult> = Object.freeze({
  canViewPresence: true,
  canViewLastSeen: true,
  canViewOnlineStatus: true,
  isContact: false,
  isInvisible: false,
});

/**
 * What may be seen of a user by another. Whatever is not known hides: settings that could not be
 * read, a visibility of another version, contacts that could not be asked for.
 */
export function visibilityOf(
  found: SettingsLookup,
  contact: boolean | "failed",
): PresenceVisibilityResult {
  if (found === "failed" || contact === "failed") return NOTHING_VISIBLE;
  const settings = { ...DEFAULT_PRESENCE_SETTINGS, ...found };
  const { visibility, showOnlineStatus, showLastSeen } = settings;
  const isKnown = ["everyone", "contacts", "nobody"].includes(visibility);
  const canView = visibility === "everyone" || (visibility === "contacts" && contact);
  return {
    canViewPresence: canView,
    canViewOnlineStatus: canView && showOnlineStatus,
    canViewLastSeen: canView && showOnlineStatus && showLastSeen,
    isContact: isKnown && contact,
    isInvisible: false,
  };
}

/** A user's presence with nothing in it that the viewer may not see. */
export function filtered(
  presence: UserPresence,
  found: SettingsLookup,
  visibility: PresenceVisibilityResult,
): FilteredUserPresence {
  const { canViewPresence, canViewOnlineStatus, canViewLastSeen, isContact } = visibility;
  const isInvisible = found !== null && found !== "failed" && found.invisibleMode;
  const { userId, lastSeenAt } = presence;
  const isShown = canViewPresence && canViewOnlineStatus;
  return {
    ...(isShown && !isInvisible ? presence : { userId, status: "offline" }),
    lastSeenAt: canViewLastSeen ? lastSeenAt : undefined,
    isFiltered: !isShown,
    canViewOnlineStatus,
    canViewLastSeen,
    isContact,
  };
}
