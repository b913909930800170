import { checkedData } from "./data.js";
import { checkedEntity } from "./detection.js";
import type { ConflictHistoryEntry, ConflictResolutionResult } from "./types.js";

/** The entry of a resolution. */
export function entryOf(
  resolution: ConflictResolutionResult,
  detectedAt: number,
): ConflictHistoryEntry {
  const { id, type, strategy, entity, timestamp, requiresUserAction } = resolution;
  const resolvedAt = requiresUserAction ? undefined : timestamp;
  return Object.freeze({ id, type, detectedAt, resolvedAt, strategy, entity, resolution });
}

/**
 * What an entry is stored under. One that waits for the user has its entity's name, in every
 * tab the same; one that is resolved has a name of its own.
 */
export function recordName({ id, type, resolvedAt }: ConflictHistoryEntry): string {
  if (resolvedAt === undefined) return `pending:${type}:${id}`;
  return `${resolvedAt}:${Math.random()}`;
}

/** An entry as JSON: everything else of it is in the resolution. Throws where JSON cannot hold it. */
export function recordText({ detectedAt, resolution }: ConflictHistoryEntry): string {
  return JSON.stringify({ detectedAt, resolution });
}

/** The entry of a record, frozen; nothing where the text is not one. */
export function readRecord(text: string): ConflictHistoryEntry | undefined {
  try {
    const { detectedAt, resolution }: ConflictHistoryEntry = checkedData(JSON.parse(text));
    const { id, type } = checkedEntity(resolution.entity);
    const isResolution =
      resolution.id === id &&
      resolution.type === type &&
      typeof resolution.strategy === "string" &&
      typeof resolution.timestamp === "number" &&
      typeof detectedAt === "number";
    return isResolution ? entryOf(resolution, detectedAt) : undefined;
  } catch {
    return undefined;
  }
}
