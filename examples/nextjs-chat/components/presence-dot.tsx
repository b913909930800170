import type { PresenceStatusName } from "nchat-realtime";
import { STATUS_LOOKS } from "nchat-realtime/presence";

/** A status as a dot, told apart by its shape too; its name is for screen readers. */
export function PresenceDot({ status }: { status: PresenceStatusName }) {
  return (
    <span className="dot" data-status={status} role="img" aria-label={STATUS_LOOKS[status].label} />
  );
}
