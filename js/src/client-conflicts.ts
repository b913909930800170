import { ConflictResolutionService } from "./conflict-resolution/conflict-resolution-service.js";
import type { ConflictDetectionResult, ResolutionStrategy } from "./conflict-resolution/types.js";
import type { EngineConflict } from "./service-events.js";

/** Whose conflicts they are. */
interface Owner {
  serverUrl: string;
  /** Empty while it is not known. */
  userId: string;
}

/** The conflict resolution service of one client, kept at the server and user that the client is at. */
export class ClientConflicts {
  /** What is done about a conflict at once. */
  strategy: ResolutionStrategy = "manual";
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

  /** The service's picture of an edit that the server refused, and has told its listeners of. */
  detect(conflict: EngineConflict): ConflictDetectionResult {
    const { messageId, roomName, clientMessageId, content, current } = conflict;
    return this.service.detectConflict({
      id: messageId,
      type: "message:edit",
      localData: { content },
      remoteData: { content: current.content },
      localTimestamp: conflict.editedAt,
      remoteTimestamp: Date.parse(current.editedAt ?? current.timestamp) || undefined,
      localVersion: conflict.baseVersion,
      remoteVersion: current.version,
      metadata: { roomName, clientMessageId },
    });
  }

  /** Takes the service's listeners off; the next one begins with the defaults. */
  reset(): void {
    this.#service?.destroy();
    this.#service = undefined;
  }
}
