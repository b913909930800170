import type { RoomMember as RawMember } from "../wasm/nchat_realtime.js";
import type { RoomMember } from "./types.js";

export type { RawMember };

/** A member as the module gives it, which fills in `joinedAt` where the server does not, with a `Date`. */
export function toRoomMember(raw: RawMember): RoomMember {
  return { ...raw, joinedAt: new Date(raw.joinedAt ?? 0) };
}
