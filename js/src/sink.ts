import type { EngineListeners } from "./engine-listeners.js";
import type { EngineSnapshots } from "./engine-snapshots.js";
import { toRoomMember } from "./room-member.js";
import { typingTopic } from "./topics.js";
import type {
  AppDefined,
  AuthResponse,
  RealtimeConnectionState,
  RealtimeError,
  SyncConflict,
} from "./types.js";

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
  Queue: 15,
  Delivery: 16,
  Sync: 17,
  Unread: 18,
  Gaps: 19,
  Typing: 20,
  OwnPresence: 21,
  Presence: 22,
} as const;

interface Receivers {
  listeners: EngineListeners;
  snapshots: EngineSnapshots;
  onState(state: RealtimeConnectionState): void;
  onError(error: Error & RealtimeError): void;
  onAuth(auth: AuthResponse | null): void;
  onConflict(conflict: SyncConflict): void;
}

/** A sink that updates the snapshots first, so that listeners read what they are told of. */
export function createSink({
  listeners,
  snapshots,
  onState,
  onError,
  onAuth,
  onConflict,
}: Receivers): Sink {
  return (kind, a, b, c, d) => {
    switch (kind) {
      case SinkKind.Event:
        return listeners.emitEvent(a, b);
      case SinkKind.State:
        snapshots.changed("connection");
        return onState(a);
      case SinkKind.Error:
        snapshots.changed("connection");
        return onError(a);
      case SinkKind.Online:
        snapshots.changed("connection");
        return listeners.online.emit(a);
      case SinkKind.Reconnection:
        return listeners.reconnection.emit(a, b);
      case SinkKind.Connection:
        return snapshots.changed("connection");
      case SinkKind.Auth:
        snapshots.changed("connection");
        return onAuth(a);
      case SinkKind.Rooms:
        snapshots.changed("rooms");
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
      case SinkKind.Queue:
        snapshots.changed("queue");
        snapshots.deliveryChanged([b?.message?.clientMessageId]);
        return listeners.queue.emit(a, b);
      case SinkKind.Delivery:
        snapshots.deliveryChanged(b?.messageIds ? "any" : [b?.clientMessageId, b?.messageId]);
        return listeners.delivery.emit(a, b);
      case SinkKind.Sync:
        snapshots.changed("sync");
        return a === "sync:conflict" ? onConflict(b.conflict) : listeners.sync.emit(a, b);
      case SinkKind.Unread:
        return snapshots.changed(`unread:${a}`);
      case SinkKind.Gaps:
        return snapshots.changed(`gaps:${a}`);
      case SinkKind.Typing:
        snapshots.changed(typingTopic(a, b ?? undefined));
        return listeners.typing.emit(a, b ?? undefined);
      case SinkKind.OwnPresence:
        return snapshots.changed("presence");
      case SinkKind.Presence:
        snapshots.changed(`user:${a}`);
        snapshots.changed("presences");
        return listeners.presence.emit(a);
    }
  };
}
