//! What the app gets to see of somebody: made here and nowhere else, of named fields only.
//!
//! The server shows each viewer what that viewer may see. Here it is made sure that no dialect
//! lets more through of one who is not to be seen.

use crate::socketio::Value;
use crate::wire::Object;
use crate::wire::presence::{CustomStatus, PresenceHead, PresenceStatus};

/// `{userId, status, customStatus?, lastSeenAt?, device?}`.
pub(super) fn view<V: Value>(seen: &PresenceHead) -> V {
    let is_there = seen.status != PresenceStatus::Offline;
    let custom_status = seen.custom_status.as_ref().filter(|_| is_there);
    let device = seen.device.as_deref().filter(|_| is_there);
    Object::new()
        .text("userId", &seen.user_id)
        .text("status", seen.status.as_str())
        .maybe("customStatus", custom_status.map(CustomStatus::to_value))
        .maybe_text("lastSeenAt", seen.last_seen_at.as_deref())
        .maybe_text("device", device)
        .build()
}
