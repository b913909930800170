import { ConflictResolutionService } from "./conflict-resolution/conflict-resolution-service.js";
import type { ConflictDetectionResult, ResolutionStrategy } from "./conflict-resolution/types.js";
import type { MessageEvent, QueuedMessage } from "./types.js";

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

  /** The service's picture of an edit that the server refused for being made from an older text; its listeners are told. */
  detect(edit: QueuedMessage, current: Partial<MessageEvent>): ConflictDetectionResult {
    const remoteTime = Date.parse(current.editedAt ?? current.timestamp ?? "");
    return this.service.detectConflict({
      id: edit.messageId ?? edit.id,
      type: "message:edit",
      localData: { content: edit.content },
      remoteData: { content: current.content },
      localTimestamp: edit.timestamp,
      remoteTimestamp: Number.isNaN(remoteTime) ? undefined : remoteTime,
      localVersion: edit.baseVersion,
      remoteVersion: current.version,
      metadata: { roomName: edit.channelId, clientMessageId: edit.clientMessageId },
    });
  }

  /** Takes the service's listeners off; the next one begins with the defaults. */
  reset(): void {
    this.#service?.destroy();
    this.#service = undefined;
  }
}
