import { Emitter } from "./emitter.js";
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
  readonly #events = new Map<string, Emitter<unknown[]>>();

  /** The listeners of one of the server's events. */
  event(name: string): Emitter<unknown[]> {
    let listeners = this.#events.get(name);
    if (!listeners) {
      listeners = new Emitter();
      this.#events.set(name, listeners);
    }
    return listeners;
  }

  /** Hands a packet on; where the server waits for an answer, the last argument gives it. */
  emitEvent([name, ...args]: [string, ...unknown[]], ack?: (...args: unknown[]) => void): void {
    const listeners = this.#events.get(name);
    if (!listeners) return;
    if (ack) args.push(ack);
    listeners.emit(...args);
  }

  /** Forgets who listens to the client itself; a rooms service attaches and detaches on its own. */
  clear(): void {
    const own = [this.state, this.error, this.online, this.reconnection];
    for (const listeners of [...own, ...this.#events.values()]) listeners.clear();
    this.#events.clear();
  }
}
