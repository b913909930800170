import type {
  OwnPresence as EngineOwnPresence,
  CustomStatus as GeneratedCustomStatus,
  PresenceView,
} from "../../wasm/nchat_realtime.js";
import { refused } from "../checks.js";
import type { CustomStatus, OwnPresence, UserPresence } from "../types.js";

/** A user as the engine shows them, with moments as dates. */
export function toUserPresence(view: PresenceView): UserPresence;
export function toUserPresence(view: PresenceView | undefined): UserPresence | undefined;
export function toUserPresence(view: PresenceView | undefined): UserPresence | undefined {
  if (!view) return undefined;
  const { customStatus, lastSeenAt, ...presence } = view;
  return {
    ...presence,
    ...(customStatus && { customStatus: toCustomStatus(customStatus) }),
    ...(lastSeenAt !== undefined && { lastSeenAt: new Date(lastSeenAt) }),
  };
}

/** This user's presence as the engine shows it. */
export function toOwnPresence({ customStatus, ...own }: EngineOwnPresence): OwnPresence {
  return { ...own, customStatus: customStatus && toCustomStatus(customStatus) };
}

function toCustomStatus({ expiresAt, ...status }: GeneratedCustomStatus): CustomStatus {
  return expiresAt === undefined ? status : { ...status, expiresAt: new Date(expiresAt) };
}

/** A custom status as the engine takes it; none where it says nothing. @throws `VALIDATION_ERROR` */
export function fromCustomStatus(status: CustomStatus | null): GeneratedCustomStatus | null {
  if (!status?.text && !status?.emoji) return null;
  const { text, emoji, expiresAt } = status;
  if (expiresAt && Number.isNaN(new Date(expiresAt).getTime())) {
    throw refused("a custom status ends at a date");
  }
  return {
    ...(text && { text }),
    ...(emoji && { emoji }),
    ...(expiresAt && { expiresAt: new Date(expiresAt).toISOString() }),
  };
}
