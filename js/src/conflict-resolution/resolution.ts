import { refused } from "../checks.js";
import { checkedData, sameData } from "./data.js";
import { merge } from "./merge.js";
import type { ConflictEntity, ConflictResolutionResult, ResolutionStrategy } from "./types.js";

type Decision = Pick<ConflictResolutionResult, "resolvedData" | "conflictedFields"> & {
  requiresUserAction?: boolean;
};

/**
 * Resolves a conflict, without telling anybody.
 *
 * @throws `VALIDATION_ERROR` for an unknown strategy, and a choice that cannot be read.
 */
export function resolve(
  entity: ConflictEntity,
  strategy: ResolutionStrategy,
  userChoice: unknown,
): ConflictResolutionResult {
  const decision = decide(entity, strategy, userChoice);
  return Object.freeze({
    id: entity.id,
    type: entity.type,
    strategy,
    requiresUserAction: false,
    ...decision,
    outcome: outcomeOf(entity, strategy, decision.resolvedData),
    entity,
    timestamp: Date.now(),
  });
}

function decide(
  entity: ConflictEntity,
  strategy: ResolutionStrategy,
  userChoice: unknown,
): Decision {
  switch (strategy) {
    case "last-write-wins":
      return { resolvedData: isLocalNewer(entity) ? entity.localData : entity.remoteData };
    case "server-wins":
      return { resolvedData: entity.remoteData };
    case "client-wins":
      return { resolvedData: entity.localData };
    case "merge": {
      const { data, clashes } = merge(entity.localData, entity.remoteData, entity.base);
      return { resolvedData: data, conflictedFields: clashes.length > 0 ? clashes : undefined };
    }
    case "manual":
      return userChoice === undefined
        ? { resolvedData: entity.remoteData, requiresUserAction: true }
        : { resolvedData: checkedData(userChoice) };
    default:
      throw refused("There is no such strategy");
  }
}

/** By versions if both are known, else by clocks; a side without a usable time is not newer. */
function isLocalNewer(entity: ConflictEntity): boolean {
  const { localVersion, remoteVersion, localTimestamp, remoteTimestamp } = entity;
  return localVersion != null && remoteVersion != null
    ? localVersion >= remoteVersion
    : Number(localTimestamp) >= Number(remoteTimestamp);
}

function outcomeOf(
  { localData, remoteData }: ConflictEntity,
  strategy: ResolutionStrategy,
  resolved: unknown,
): ConflictResolutionResult["outcome"] {
  if (sameData(resolved, remoteData)) return "remote";
  if (sameData(resolved, localData)) return "local";
  return strategy === "merge" ? "merged" : "custom";
}
