import type { EngineListeners } from "./engine-listeners.js";
import type { EngineSnapshots } from "./engine-snapshots.js";
import { toRoomMember } from "./room-member.js";
import type { AppDefined, RealtimeConnectionState, RealtimeError } from "./types.js";

/** The function that a WebAssembly client calls, after its work, with everything that happened. */
export type Sink = (
  kind: number,
  a?: AppDefined,
  b?: AppDefined,
  c?: AppDefined,
  d?: AppDefined,
) => void;

/** First argument of a {@link Sink}. The numbers are those of the WebAssembly side. */
export const SinkKind = {
  Event: 0,
  State: 1,
  Error: 2,
  Online: 3,
  Reconnection: 4,
  Connection: 5,
  Rooms: 6,
  Message: 7,
  UserJoined: 8,
  UserLeft: 9,
  Members: 10,
  TimelineSplice: 11,
  TimelineReset: 12,
  Auth: 13,
  Next: 14,
} as const;

interface Receivers {
  listeners: EngineListeners;
  snapshots: EngineSnapshots;
  onState(state: RealtimeConnectionState): void;
  onError(error: Error & RealtimeError): void;
}

/** A sink that updates the snapshots first, so that listeners read what they are told of. */
export function createSink({ listeners, snapshots, onState, onError }: Receivers): Sink {
  return (kind, a, b, c, d) => {
    switch (kind) {
      case SinkKind.Event:
        return listeners.emitEvent(a, b);
      case SinkKind.State:
        snapshots.connectionChanged();
        return onState(a);
      case SinkKind.Error:
        snapshots.connectionChanged();
        return onError(a);
      case SinkKind.Online:
        snapshots.connectionChanged();
        return listeners.online.emit(a);
      case SinkKind.Reconnection:
        return listeners.reconnection.emit(a, b);
      case SinkKind.Connection:
      case SinkKind.Auth:
        return snapshots.connectionChanged();
      case SinkKind.Rooms:
        snapshots.roomsChanged();
        return listeners.rooms.emit();
      case SinkKind.Message:
        return listeners.message.emit(a, b);
      case SinkKind.UserJoined:
        return listeners.userJoined.emit(a, toRoomMember(b));
      case SinkKind.UserLeft:
        return listeners.userLeft.emit(a, b);
      case SinkKind.Members:
        return snapshots.membersChanged(a);
      case SinkKind.TimelineSplice:
        return snapshots.timelineSpliced(a, b, c, d);
      case SinkKind.Next: {
        const [, message] = a;
        snapshots.messageAdded(b, c, d, message);
        listeners.emitEvent(a);
        return listeners.message.emit(b, message);
      }
      case SinkKind.TimelineReset:
        return snapshots.timelineReset(a);
    }
  };
}
