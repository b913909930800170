// What of the documents has to wait, and for what.

/** Names that later issues bring to the package, by issue. A block that uses one waits for it. */
export const laterNames = {};

/** Variables that the documents use without saying where they come from, and their classes. */
export const services = {
  delivery: "DeliveryEventHandler",
  integration: "RealtimeIntegrationService",
  offlineQueue: "OfflineQueueService",
  presence: "PresenceService",
  presenceService: "PresenceService",
  queue: "OfflineQueueService",
  syncService: "SyncService",
  typing: "TypingService",
  typingService: "TypingService",
};

/**
 * Blocks that no compiler takes, by document and place in it: they show signatures, values or
 * settings. What they say is checked by an example of ours, once what they show exists.
 */
export const sketches = {
  "phase-7-integration 2": "a component with a comment for its body",
  "phase-7-integration 5": "signatures: alternatives as an argument",
  "phase-7-integration 6": "signatures: optional arguments in calls",
  "phase-7-integration 8": "signatures: an optional property in a value",
  "phase-7-integration 15": "a call with dots for a body",
  "realtime-presence 1": "environment variables: examples/presence/configuration.ts",
  "realtime-presence 3": "a list of events and their payloads",
  "realtime-presence 6": "a result with its alternatives",
};
