import type {
  PresenceSettings as GeneratedSettings,
  PresenceSettingsUpdate,
  Visibility,
} from "../../wasm/nchat_realtime.js";

/** A user's settings: who may know what of them. Only the user can read theirs. */
export interface PresenceSettings
  extends Omit<GeneratedSettings, "userId" | "broadcastTyping" | "typingVisibility">,
    Partial<Pick<GeneratedSettings, "broadcastTyping" | "typingVisibility">> {
  /** Where the settings are kept behind GraphQL: the record's. */
  id?: string;
  userId: string;
}

/** Those of the settings that are to change; the others stay. */
export type PresenceSettingsInput = PresenceSettingsUpdate;

/** Who may know something of a user. */
export type PresenceVisibility = Visibility;

/** What is so where a user has changed nothing. */
export const DEFAULT_PRESENCE_SETTINGS: Readonly<
  Pick<
    PresenceSettings,
    "visibility" | "showLastSeen" | "showOnlineStatus" | "allowReadReceipts" | "invisibleMode"
  >
> = Object.freeze({
  visibility: "everyone",
  showLastSeen: true,
  showOnlineStatus: true,
  allowReadReceipts: true,
  invisibleMode: false,
});
