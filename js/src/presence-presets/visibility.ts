import type { PresenceSettings } from "../presence/settings.js";

/**
 * The settings that decide what others see, those of `getOwnPresenceSettings`. What is absent is
 * the default: visible to everyone. A visibility that is not known hides.
 */
export type VisibilitySettings = Partial<
  Pick<
    PresenceSettings,
    | "visibility"
    | "showOnlineStatus"
    | "showLastSeen"
    | "allowReadReceipts"
    | "broadcastTyping"
    | "invisibleMode"
  >
>;

/** Who looks at a user. */
export interface Viewer {
  /** The user themselves. */
  isSelf?: boolean;
  /** Somebody whom the user has among their contacts, or has written to. */
  isContact?: boolean;
}

/** What differs in one conversation from the settings. */
export type ConversationOverride = Pick<
  VisibilitySettings,
  "allowReadReceipts" | "broadcastTyping"
>;

/**
 * Whether a viewer would see a user's status, and what they say of it. The server decides what is
 * sent: this is for showing users what their settings mean.
 */
export function isPresenceVisibleTo(settings: VisibilitySettings, viewer: Viewer): boolean {
  if (viewer.isSelf) return true;
  const { visibility = "everyone", showOnlineStatus = true, invisibleMode = false } = settings;
  if (invisibleMode || !showOnlineStatus) return false;
  return visibility === "everyone" || (visibility === "contacts" && viewer.isContact === true);
}

/** Whether a viewer would see when a user was last there: only where they see the status too. */
export function isLastSeenVisibleTo(settings: VisibilitySettings, viewer: Viewer): boolean {
  if (viewer.isSelf) return true;
  return (settings.showLastSeen ?? true) && isPresenceVisibleTo(settings, viewer);
}

/** Whether others are told what a user has read: what the conversation says, else the settings. Never of who is invisible. */
export function shouldShowReadReceipts(
  settings: VisibilitySettings,
  conversation: ConversationOverride = {},
): boolean {
  if (settings.invisibleMode) return false;
  return conversation.allowReadReceipts ?? settings.allowReadReceipts ?? true;
}

/** Whether others are told that a user types: what the conversation says, else the settings. Never of who is invisible. */
export function shouldSendTypingIndicator(
  settings: VisibilitySettings,
  conversation: ConversationOverride = {},
): boolean {
  if (settings.invisibleMode) return false;
  return conversation.broadcastTyping ?? settings.broadcastTyping ?? true;
}
