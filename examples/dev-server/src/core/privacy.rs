//! What one user may know of another. Whatever tells a user something of another's presence or
//! typing asks here, and nowhere else is it decided.

use nchat_realtime::wire::planted::{PlantedBug, is_planted};
use nchat_realtime::wire::presence::{CustomStatus, PresenceChanged, PresenceStatus};
use nchat_realtime::wire::settings::Visibility;

use super::time::iso8601;
use crate::store::{Profile, StoredStatus};

/// What a viewer may know of somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// How available they are, and their custom status and device with it.
    pub(super) status: bool,
    /// When they were last there.
    pub(super) last_seen: bool,
    /// That they type.
    pub(super) typing: bool,
    /// That they in particular received and read something, as far as they show that at all.
    pub(super) receipts: bool,
}

impl Sight {
    /// Nothing: they look like somebody who is offline and never was there.
    const NOTHING: Self = Self {
        status: false,
        last_seen: false,
        typing: false,
        receipts: false,
    };
    /// What one knows of oneself.
    const EVERYTHING: Self = Self {
        status: true,
        last_seen: true,
        typing: true,
        receipts: true,
    };
}

/// How somebody looks to those who may see everything. To others, who is offline has neither a
/// custom status nor a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Appearance {
    pub(super) status: PresenceStatus,
    pub(super) custom_status: Option<StoredStatus>,
    pub(super) device: Option<String>,
    pub(super) last_seen_ms: Option<i64>,
}

/// What `viewer` may know of `target`. Of whom nothing is known, since a look-up failed, nothing is
/// shown, and to them nothing: they may be blocked.
///
/// Invisibility is no matter of who looks: an invisible user's [`Appearance`] is that of somebody
/// who is not there, and what they type is not taken down.
pub(super) fn sight(
    target_id: &str,
    target: Option<&Profile>,
    viewer_id: &str,
    viewer: Option<&Profile>,
) -> Sight {
    if target_id == viewer_id {
        return Sight::EVERYTHING;
    }
    let (Some(target), Some(viewer)) = (target, viewer) else {
        return Sight::NOTHING;
    };
    let is_blocked = target.blocked.contains(viewer_id) || viewer.blocked.contains(target_id);
    if is_blocked && !is_planted(PlantedBug::IgnoresBlocks) {
        return Sight::NOTHING;
    }
    // The lists of the one who is looked at count: nobody becomes a contact by their own doing.
    let is_contact = target.contacts.contains(viewer_id)
        || target.written_to.contains(viewer_id)
        || (viewer.contacts.contains(target_id)
            && is_planted(PlantedBug::TrustsTheViewersContacts));
    let is_for = |visibility| match visibility {
        Visibility::Everyone => true,
        Visibility::Contacts => is_contact,
        Visibility::Nobody => false,
    };
    let settings = &target.record.settings;
    let status = is_for(settings.visibility) && settings.show_online_status;
    Sight {
        status,
        last_seen: status
            && (settings.show_last_seen || is_planted(PlantedBug::TellsLastSeenToAll)),
        typing: settings.broadcast_typing && is_for(settings.typing_visibility),
        receipts: true,
    }
}

/// Somebody's presence as far as it may be known.
pub(super) fn view(user_id: &str, appearance: &Appearance, sight: Sight) -> PresenceChanged {
    let status = match sight.status {
        true => appearance.status,
        false => PresenceStatus::Offline,
    };
    let is_there = status != PresenceStatus::Offline;
    let custom_status = appearance.custom_status.as_ref().filter(|_| sight.status);
    let last_seen_ms = appearance
        .last_seen_ms
        .filter(|_| sight.last_seen && !is_there);
    PresenceChanged {
        user_id: user_id.to_owned(),
        status,
        custom_status: custom_status.map(custom),
        custom_emoji: custom_status.and_then(|custom| custom.emoji.clone()),
        last_seen: last_seen_ms.map(iso8601),
        last_seen_at: last_seen_ms.map(iso8601),
        device: appearance.device.clone().filter(|_| sight.status),
        chosen_status: None,
    }
}

fn custom(stored: &StoredStatus) -> CustomStatus {
    CustomStatus {
        text: stored.text.clone(),
        emoji: stored.emoji.clone(),
        expires_at: stored.expires_at_ms.map(iso8601),
    }
}
