import { checkedOptions, refused } from "../checks.js";
import { definedOnly } from "../config.js";
import type { ResolutionStrategy } from "./types.js";

/** Options of a {@link ConflictResolutionService}. A key that is absent or `undefined` keeps what is set. */
export interface ConflictResolutionConfig {
  /** Suggested for types that the package does not know. Default `last-write-wins`. */
  defaultStrategy?: ResolutionStrategy;
  /** Whether resolutions are remembered. Default `true`. */
  enableHistory?: boolean;
  /** Entries of the history. Beyond it the oldest resolved ones go; those that wait for the user stay. Default 100. */
  maxHistorySize?: number;
  /** Whether `autoResolve` resolves conflicts of low severity. Default `true`. */
  autoResolveLowSeverity?: boolean;
  /** What the history's keys in `localStorage` begin with. Default `nchat:conflict-history`. */
  storageKey?: string;
  /** The server's address: a part of those keys, so that servers have a history each. */
  serverUrl?: string;
  /** Who is signed in: a part of those keys, so that users have a history each. */
  userId?: string;
  /** Accepted for compatibility: the events tell everything. */
  debug?: boolean;
}

export type ResolvedConfig = Required<Omit<ConflictResolutionConfig, "debug">>;

export const DEFAULTS: ResolvedConfig = {
  defaultStrategy: "last-write-wins",
  enableHistory: true,
  maxHistorySize: 100,
  autoResolveLowSeverity: true,
  storageKey: "nchat:conflict-history",
  serverUrl: "",
  userId: "",
};

/** Options laid over those set. @throws `VALIDATION_ERROR` */
export function withOptions(
  set: ResolvedConfig,
  options: ConflictResolutionConfig,
): ResolvedConfig {
  const config = { ...set, ...definedOnly(checkedOptions(options)) };
  if (!Number.isInteger(config.maxHistorySize) || config.maxHistorySize < 0) {
    throw refused("maxHistorySize is a whole number, 0 or more");
  }
  return config;
}

/** What the keys of one server's and one user's records begin with. */
export function recordPrefix({ storageKey, serverUrl, userId }: ResolvedConfig): string {
  return `${storageKey}:${encodeURIComponent(serverUrl)}:${encodeURIComponent(userId)}:`;
}
