import { ConflictResolutionService } from "./conflict-resolution/conflict-resolution-service.js";
import type { ConflictDetectionResult, ResolutionStrategy } from "./conflict-resolution/types.js";
import type { SyncConflict } from "./types.js";

/** Whose conflicts they are. */
interface Owner {
  serverUrl: string;
  /** Empty while it is not known. */
  userId: string;
}

/** Both texts are kept until the user has chosen. */
export const DEFAULT_STRATEGY: ResolutionStrategy = "manual";

/** The conflict resolution service of one client, kept at the server and user that the client is at. */
export class ClientConflicts {
  /** What is done about a conflict at once. */
  strategy = DEFAULT_STRATEGY;
  #service: ConflictResolutionService | undefined;
  #owner: Owner = { serverUrl: "", userId: "" };

  get service(): ConflictResolutionService {
    this.#service ??= new ConflictResolutionService(this.#owner);
    return this.#service;
  }

  /** The client is at another server, or somebody else's. */
  belongTo(owner: Owner): void {
    const { serverUrl, userId } = this.#owner;
    if (owner.serverUrl === serverUrl && owner.userId === userId) return;
    this.#owner = owner;
    this.#service?.configure(owner);
  }

  /** The service's picture of an edit that the server refused, of which its listeners are told: the texts, and no more, are compared. */
  detect({ localData, remoteData, ...conflict }: SyncConflict): ConflictDetectionResult {
    const time = Date.parse(remoteData?.editedAt ?? remoteData?.timestamp ?? "");
    return this.service.detectConflict({
      ...conflict,
      localData: { content: localData.content },
      remoteData: { content: remoteData?.content ?? "" },
      remoteTimestamp: Number.isNaN(time) ? undefined : time,
    });
  }

  /** Takes the service's listeners off; the next one begins with the defaults. */
  reset(): void {
    this.#service?.destroy();
    this.#service = undefined;
  }
}
