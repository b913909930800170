import type {
  TypingSnapshot as EngineTypingSnapshot,
  TypingUser as GeneratedTypingUser,
} from "../../wasm/nchat_realtime.js";
import type { TypingSnapshot, TypingUser } from "../types.js";

/** Who types at a place as the engine shows it, with moments as dates. */
export function toTypingSnapshot({ users, isTyping }: EngineTypingSnapshot): TypingSnapshot {
  return { users: users.map(toTypingUser), isTyping };
}

function toTypingUser({ startedAt, expiresInMs: _, ...user }: GeneratedTypingUser): TypingUser {
  return { ...user, startedAt: startedAt === undefined ? new Date() : new Date(startedAt) };
}
