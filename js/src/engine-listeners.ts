import { Emitter } from "./emitter.js";
import { KeyedEmitter } from "./keyed-emitter.js";
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
  /** The server's events by name. */
  readonly events = new KeyedEmitter<unknown[]>();

  /** Hands a packet on; where the server waits for an answer, the last argument gives it. */
  emitEvent([name, ...args]: [string, ...unknown[]], ack?: (...args: unknown[]) => void): void {
    if (ack) args.push(ack);
    this.events.emit(name, ...args);
  }

  /** Forgets who listens to the client itself; a rooms service attaches and detaches on its own. */
  clear(): void {
    const { state, error, online, reconnection, events } = this;
    for (const listeners of [state, error, online, reconnection, events]) listeners.clear();
  }
}
