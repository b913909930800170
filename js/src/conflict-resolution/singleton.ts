import type { ConflictResolutionConfig } from "./config.js";
import { ConflictResolutionService } from "./conflict-resolution-service.js";

let service: ConflictResolutionService | undefined;

/**
 * The app's one conflict resolution service, made on the first call. A config is laid over what
 * is set, on every call.
 */
export function getConflictResolutionService(
  config: ConflictResolutionConfig = {},
): ConflictResolutionService {
  service ??= new ConflictResolutionService();
  service.configure(config);
  return service;
}

/** As {@link getConflictResolutionService}, and its history is read from storage. */
export function initializeConflictResolutionService(
  config: ConflictResolutionConfig = {},
): ConflictResolutionService {
  const initialized = getConflictResolutionService(config);
  initialized.initialize();
  return initialized;
}

/** Takes its listeners off and forgets its options. The history stays in storage. */
export function resetConflictResolutionService(): void {
  service?.destroy();
  service = undefined;
}
