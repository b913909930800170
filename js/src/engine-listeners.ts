import { Emitter } from "./emitter.js";
import { KeyedEmitter } from "./keyed-emitter.js";
import { MessageAlias } from "./message-alias.js";
import type { DeliveryEvent, QueueEvent, SyncEvent } from "./service-events.js";
import type { MessageEvent, RealtimeConnectionState, RealtimeError, RoomMember } from "./types.js";

/** Everyone who listens to one client. They outlive its connections, and its engine. */
export class EngineListeners {
  readonly state = new Emitter<[state: RealtimeConnectionState]>();
  readonly error = new Emitter<[error: RealtimeError]>();
  readonly online = new Emitter<[isOnline: boolean]>();
  readonly reconnection = new Emitter<[attempt: number, wasOffline: boolean]>();
  readonly rooms = new Emitter<[]>();
  readonly message = new Emitter<[roomName: string, message: MessageEvent]>();
  readonly userJoined = new Emitter<[roomName: string, member: RoomMember]>();
  readonly userLeft = new Emitter<[roomName: string, userId: string]>();
  readonly queue = new Emitter<QueueEvent>();
  readonly delivery = new Emitter<DeliveryEvent>();
  readonly sync = new Emitter<SyncEvent>();
  readonly typing = new Emitter<[roomName: string, threadId: string | undefined]>();
  readonly presence = new Emitter<[userId: string]>();
  /** Nothing is kept of the user any more: hooks begin anew. */
  readonly userForgotten = new Emitter<[]>();
  /** The server's events by name. */
  readonly events = new KeyedEmitter<unknown[]>();
  readonly #messageAlias = new MessageAlias();

  /** Hands a packet on; where the server waits for an answer, the last argument gives it. */
  emitEvent(packet: [string, ...unknown[]], ack?: (...args: unknown[]) => void): void {
    // Most events are messages, and most who want those listen to their room.
    if (!this.events.has(packet[0]) && !this.events.has("message")) return;
    const [name, ...args] = packet;
    if (name === "message" && !this.#messageAlias.admit(args[0])) return;
    if (ack) args.push(ack);
    this.events.emit(name, ...args);
    if (name === "message:new" && this.events.has("message")) {
      const message = this.#messageAlias.from(args[0]);
      if (message) this.events.emit("message", message);
    }
  }

  /** Forgets who listens to the client itself; a rooms service attaches and detaches on its own. */
  clear(): void {
    const { state, error, online, reconnection, events } = this;
    for (const listeners of [state, error, online, reconnection, events]) listeners.clear();
  }
}
