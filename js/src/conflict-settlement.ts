import { checkedText } from "./checks.js";
import { field } from "./conflict-resolution/data.js";
import type {
  ConflictResolutionResult,
  ResolutionStrategy,
  ResolvableConflict,
} from "./conflict-resolution/types.js";
import type { EngineHost } from "./engine-host.js";
import type { EngineConflict } from "./service-events.js";

/** Tells of a conflict that the engine found, and resolves it as the client's options say. */
export function takeConflict(host: EngineHost, found: EngineConflict): void {
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

function apply(host: EngineHost, { entity, outcome, resolvedData }: ConflictResolutionResult) {
  const roomName = field(entity.metadata, "roomName");
  const clientMessageId = field(entity.metadata, "clientMessageId");
  if (typeof roomName !== "string" || typeof clientMessageId !== "string") return;
  host.call((_, { rooms, queue }) => {
    if (outcome !== "remote") {
      const content = checkedText(field(resolvedData, "content"), "a message's text");
      const options = { baseVersion: entity.remoteVersion };
      // The new edit is queued before the refused one goes: in between, both are kept.
      rooms
        .editMessage(roomName, entity.id, content, options)
        .catch((error: unknown) => host.tellUnasked(error));
    }
    queue.removeFromQueue(clientMessageId);
  });
}
