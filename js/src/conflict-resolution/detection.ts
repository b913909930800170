import { refused } from "../checks.js";
import { checkedData, field, sameData } from "./data.js";
import type {
  ConflictDetectionResult,
  ConflictEntity,
  ConflictSeverity,
  ResolutionStrategy,
} from "./types.js";

/** What the package knows of a type of conflict. */
interface Rule {
  readonly severity: ConflictSeverity;
  readonly strategy: ResolutionStrategy;
}

const RULES = new Map<string, Rule>([
  ["message:edit", { severity: "medium", strategy: "last-write-wins" }],
  ["message:delete", { severity: "critical", strategy: "manual" }],
  ["channel:settings", { severity: "critical", strategy: "manual" }],
  ["user:settings", { severity: "low", strategy: "merge" }],
  ["file:upload", { severity: "low", strategy: "last-write-wins" }],
  ["thread:reply", { severity: "medium", strategy: "last-write-wins" }],
]);

/** Settings of a user that must not change unseen. */
const SENSITIVE_SETTINGS = [
  ["privacy", "onlineStatusVisible"],
  ["privacy", "lastSeenVisible"],
  ["privacy", "profileVisible"],
  ["notifications", "quietHoursEnabled"],
] as const;

/** A frozen copy of an entity from outside. @throws `VALIDATION_ERROR` */
export function checkedEntity(entity: ConflictEntity): ConflictEntity {
  const copy = checkedData(entity);
  if (typeof field(copy, "id") !== "string" || typeof field(copy, "type") !== "string") {
    throw refused("An entity is a plain object with an id and a type");
  }
  return copy;
}

/**
 * Compares the two sides of an entity that was checked.
 *
 * @param fallback - Suggested where the type is unknown, or there is no conflict.
 */
export function detect(
  entity: ConflictEntity,
  fallback: ResolutionStrategy,
): ConflictDetectionResult {
  const reason = conflictReason(entity);
  const hasConflict = reason !== undefined;
  const rule = hasConflict ? RULES.get(entity.type) : undefined;
  const isSensitive = entity.type === "user:settings" && touchesSensitiveSettings(entity);
  return {
    hasConflict,
    conflictType: hasConflict ? entity.type : undefined,
    severity: hasConflict && isSensitive ? "high" : (rule?.severity ?? "low"),
    entity,
    suggestedStrategy: rule?.strategy ?? fallback,
    reason,
    detectedAt: Date.now(),
  };
}

/** Versions decide where both are known, then hashes, then what the sides say; clocks never. */
function conflictReason(entity: ConflictEntity): string | undefined {
  const { localVersion, remoteVersion, localHash, remoteHash } = entity;
  if (localVersion != null && remoteVersion != null) {
    return localVersion === remoteVersion
      ? undefined
      : `Made from version ${localVersion}, while the server has ${remoteVersion}`;
  }
  if (localHash && remoteHash) {
    return localHash === remoteHash ? undefined : "The hashes differ";
  }
  return sameData(entity.localData, entity.remoteData) ? undefined : "The contents differ";
}

function touchesSensitiveSettings({ localData, remoteData }: ConflictEntity): boolean {
  return SENSITIVE_SETTINGS.some(([group, name]) => {
    const local = field(field(localData, group), name);
    const remote = field(field(remoteData, group), name);
    return local !== undefined && remote !== undefined && !sameData(local, remote);
  });
}
