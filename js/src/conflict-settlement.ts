import { checkedText } from "./checks.js";
import { field } from "./conflict-resolution/data.js";
import type {
  ConflictResolutionResult,
  ResolutionStrategy,
  ResolvableConflict,
} from "./conflict-resolution/types.js";
import type { EngineHost } from "./engine-host.js";
import type { SyncConflict } from "./types.js";

/** Tells of an edit that the server refused because the message is another by now, and resolves that as the client's options say. */
export function takeConflict(host: EngineHost, found: SyncConflict): void {
  const conflict = host.conflicts.detect(found);
  host.listeners.sync.emit("sync:conflict", { conflict });
  // One that is left to the user waits in the history, with both texts.
  settleConflict(host, conflict, host.conflicts.strategy);
}

/** Resolves a conflict and, unless the user has to choose first, acts on it. */
export function settleConflict(
  host: EngineHost,
  conflict: ResolvableConflict,
  strategy?: ResolutionStrategy,
  userChoice?: { content: string },
): ConflictResolutionResult {
  const resolution = host.conflicts.service.resolveConflict(conflict, strategy, userChoice);
  if (!resolution.requiresUserAction) apply(host, resolution);
  return resolution;
}

/** The server's text needs no edit any more; any other one is an edit of what the server has now. */
function apply(host: EngineHost, { entity, outcome, resolvedData }: ConflictResolutionResult) {
  const id = field(entity.metadata, "clientMessageId");
  if (typeof id !== "string") return;
  host.call((_, { queue }) => {
    if (outcome === "remote") {
      queue.removeFromQueue(id);
    } else {
      const content = checkedText(field(resolvedData, "content"), "a message's text");
      queue.updateQueuedMessage(id, { content, baseVersion: entity.remoteVersion });
      queue.retryMessage(id);
    }
  });
}
