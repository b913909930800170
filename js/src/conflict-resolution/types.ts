/** What a conflict is about. A type of the app's own counts as low in severity. */
export type ConflictType =
  | "message:edit"
  | "message:delete"
  | "channel:settings"
  | "user:settings"
  | "file:upload"
  | "thread:reply";

/**
 * How a conflict is resolved.
 *
 * - `last-write-wins`: the side with the higher version. Where a version is missing, the later
 *   timestamp, and clocks of devices may be wrong. Where nothing tells, the server's side.
 * - `server-wins`, `client-wins`: the remote side, the local side.
 * - `merge`: field by field. With a `base`, what only one side changed is taken over, removals
 *   included; without one, what only one side has is kept. Where both changed the same field,
 *   arrays are united, and of anything else the remote value is taken: both are listed.
 * - `manual`: what the user chose; the remote side until then.
 */
export type ResolutionStrategy =
  | "last-write-wins"
  | "server-wins"
  | "client-wins"
  | "merge"
  | "manual";

/** How much a wrong resolution would cost. */
export type ConflictSeverity = "low" | "medium" | "high" | "critical";

/**
 * One thing of which there are two editions. Plain objects, arrays and dates in it are copied;
 * anything else is kept, and compared, as it is.
 */
export interface ConflictEntity {
  /** The message's, channel's, user's or file's id. */
  id: string;
  type: ConflictType;
  /** What was made here. */
  localData: unknown;
  /** What the server has. */
  remoteData: unknown;
  /** What both were made from, for a three-way merge. */
  base?: unknown;
  /** When it was made here, in ms since 1970 by this device's clock. */
  localTimestamp?: number;
  /** When the server's edition was made, in ms since 1970. */
  remoteTimestamp?: number;
  /** The server's version that the local edition was made from. */
  localVersion?: number;
  /** The server's version now. */
  remoteVersion?: number;
  /** Digests of the two editions, where comparing those is cheaper. */
  localHash?: string;
  remoteHash?: string;
  /** The app's own. */
  metadata?: Record<string, unknown>;
}

/** What {@link ConflictResolutionService.detectConflict} found. */
export interface ConflictDetectionResult {
  hasConflict: boolean;
  /** The entity's type, where there is a conflict. */
  conflictType?: ConflictType;
  /** `low` where there is no conflict. */
  severity: ConflictSeverity;
  /** A frozen copy of what was given. */
  entity: ConflictEntity;
  suggestedStrategy: ResolutionStrategy;
  /** What told, for people; without any content. */
  reason?: string;
  /** In ms since 1970. */
  detectedAt: number;
}

/** What can be resolved: a detection, a resolution that waits for the user, an entry of the history. */
export interface ResolvableConflict {
  entity: ConflictEntity;
  suggestedStrategy?: ResolutionStrategy;
  detectedAt?: number;
}

/** What {@link ConflictResolutionService.resolveConflict} made of a conflict. Frozen. */
export interface ConflictResolutionResult {
  /** The entity's. */
  id: string;
  type: ConflictType;
  strategy: ResolutionStrategy;
  resolvedData: unknown;
  /**
   * Which edition `resolvedData` is: the server's (nothing has to be sent), ours, a mixture, or
   * something else that the user chose.
   */
  outcome: "local" | "remote" | "merged" | "custom";
  /** Dotted paths of what both sides had changed, after a merge; `""` is the whole. Absent if none. */
  conflictedFields?: readonly string[];
  /** Both editions, so that the one that lost can be had back. */
  entity: ConflictEntity;
  /** In ms since 1970. */
  timestamp: number;
  /** Nothing is decided until `resolveConflict` is called with the user's choice. */
  requiresUserAction: boolean;
}

/** A conflict of the past, or one that waits for the user: then it has no `resolvedAt`. Frozen. */
export interface ConflictHistoryEntry {
  /** The entity's. */
  id: string;
  type: ConflictType;
  /** In ms since 1970. */
  detectedAt: number;
  resolvedAt?: number;
  strategy: ResolutionStrategy;
  entity: ConflictEntity;
  resolution: ConflictResolutionResult;
}

/** Which entries of the history. Without a key: all of them. */
export interface ConflictHistoryFilter {
  type?: ConflictType;
  /** The newest so many. */
  limit?: number;
}

/** Counts over the history. */
export interface ConflictStats {
  totalConflicts: number;
  resolvedConflicts: number;
  /** Those that wait for the user. */
  pendingConflicts: number;
  byType: Partial<Record<ConflictType, number>>;
  byStrategy: Partial<Record<ResolutionStrategy, number>>;
}

/** An event and what comes with it. `history` is absent when the history was cleared. */
export type ConflictEvent =
  | [event: "conflict:detected", data: { detection: ConflictDetectionResult }]
  | [event: "conflict:resolved", data: { resolution: ConflictResolutionResult }]
  | [event: "conflict:manual-required", data: { resolution: ConflictResolutionResult }]
  | [event: "conflict:history-updated", data: { history?: ConflictHistoryEntry }];

export type ConflictEventType = ConflictEvent[0];

export type ConflictEventListener = (...event: ConflictEvent) => void;
