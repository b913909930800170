//! What one user may know of another, written down a second time: the server's own function is
//! what is tested.

use nchat_dev_server::store::{Profile, UserSettings};
use nchat_realtime::wire::settings::Visibility;

/// What a viewer may know of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) status: bool,
    pub(super) last_seen: bool,
    pub(super) typing: bool,
}

impl Rights {
    /// What `viewer` may know of `target`, both as the store has them. Who is invisible is looked
    /// at as they were when they became so.
    pub(super) fn of(target: &Profile, viewer: &Profile) -> Self {
        let frozen = target.record.frozen.as_deref();
        let frozen = frozen.map(|frozen| frozen.to_profile(&target.user_id));
        let policy = frozen.as_ref().unwrap_or(target);
        let knows_nothing =
            policy.blocked.contains(&viewer.user_id) || viewer.blocked.contains(&target.user_id);
        let UserSettings {
            visibility,
            show_online_status,
            show_last_seen,
            broadcast_typing,
            typing_visibility,
            ..
        } = policy.record.settings;
        let is_known = policy.contacts.contains(&viewer.user_id)
            || policy.written_to.contains(&viewer.user_id);
        let may = |visibility| match visibility {
            _ if knows_nothing => false,
            Visibility::Everyone => true,
            Visibility::Contacts => is_known,
            Visibility::Nobody => false,
        };
        let status = show_online_status && may(visibility);
        Self {
            status,
            last_seen: status && show_last_seen,
            typing: broadcast_typing && may(typing_visibility),
        }
    }
}
