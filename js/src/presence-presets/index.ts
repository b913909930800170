/**
 * `nchat-realtime/presence`, what apps show presence with: looks of statuses, texts about time,
 * presets of custom statuses, durations and messengers. Plain functions and tables that need no
 * client and no module; a bundler takes what is used.
 */
export { ACTIVITIES, type Activity, type ActivityPreset, activityStatus } from "./activities.js";
export {
  firstEmoji,
  formatCustomStatus,
  isCustomStatusExpired,
  MAX_CUSTOM_STATUS_LENGTH,
  toCustomStatus,
} from "./custom-status.js";
export {
  type DoNotDisturbSchedule,
  isDoNotDisturb,
  nextDoNotDisturbChange,
} from "./do-not-disturb.js";
export { expiryOf, STATUS_DURATIONS, type StatusDuration } from "./durations.js";
export {
  platformLastSeen,
  platformSeenBy,
  platformStatusColor,
  platformStatusLabel,
  platformTypingText,
} from "./platform-texts.js";
export { PLATFORMS, type Platform, type PlatformPreset, statusWhenIdle } from "./platforms.js";
export {
  formatLastActive,
  formatLastSeen,
  formatTimeRemaining,
  type Moment,
  type TimeTextOptions,
} from "./relative-time.js";
export {
  compareByStatus,
  isOnlineStatus,
  isStatusName,
  publicStatus,
  STATUS_LOOKS,
  type StatusLook,
  statusChoices,
} from "./status.js";
export {
  type ConversationOverride,
  isLastSeenVisibleTo,
  isPresenceVisibleTo,
  shouldSendTypingIndicator,
  shouldShowReadReceipts,
  type Viewer,
  type VisibilitySettings,
} from "./visibility.js";
