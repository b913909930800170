//! What is kept of a user beside rooms: settings, what they chose to be, whom they know.

use std::collections::BTreeSet;

use nchat_realtime::wire::presence::ChosenStatus;
use nchat_realtime::wire::settings::{PresenceSettingsUpdate, Visibility};
use serde::{Deserialize, Serialize};

use super::Member;

/// A user's settings, stored as JSON: a field more needs no new schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserSettings {
    /// Who may know how available they are.
    pub visibility: Visibility,
    /// Whether those may know when they were last there.
    pub show_last_seen: bool,
    /// Whether those may know how available they are.
    pub show_online_status: bool,
    /// Whether their reading is shown to others, and that of others to them.
    pub allow_read_receipts: bool,
    /// Whether they cannot be told from somebody who is not there.
    pub invisible_mode: bool,
    /// Whether others are told that they type.
    pub broadcast_typing: bool,
    /// Which others.
    pub typing_visibility: Visibility,
    /// When they were first changed, in milliseconds since 1970.
    pub created_at_ms: Option<i64>,
    /// When they were last changed, likewise.
    pub updated_at_ms: Option<i64>,
}

impl Default for UserSettings {
    fn default() -> Self {
        Self {
            visibility: Visibility::Everyone,
            show_last_seen: true,
            show_online_status: true,
            allow_read_receipts: true,
            invisible_mode: false,
            broadcast_typing: true,
            typing_visibility: Visibility::Everyone,
            created_at_ms: None,
            updated_at_ms: None,
        }
    }
}

/// Changes to a user's settings; what is absent stays.
#[derive(Clone, Debug)]
pub struct NewSettings {
    /// Whose.
    pub user_id: String,
    /// What changes.
    pub update: PresenceSettingsUpdate,
    /// When, in milliseconds since 1970.
    pub now_ms: i64,
}

/// Changes to what a user is; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct NewPresence {
    /// Whose.
    pub user_id: String,
    /// What they choose to be. `Invisible` turns invisible mode on for as long as it is chosen.
    pub chosen: Option<ChosenStatus>,
    /// Their status in their own words, or none any more.
    pub custom_status: Option<Option<StoredStatus>>,
    /// When they were last there, in milliseconds since 1970.
    pub last_seen_ms: Option<i64>,
    /// When it changes, likewise.
    pub now_ms: i64,
}

/// A status in a user's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StoredStatus {
    /// Its text.
    pub text: Option<String>,
    /// Its emoji.
    pub emoji: Option<String>,
    /// When it ends, in milliseconds since 1970.
    pub expires_at_ms: Option<i64>,
}

/// Everything of one user that has no table of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserRecord {
    /// Who may know what of them.
    #[serde(flatten)]
    pub settings: UserSettings,
    /// What they chose to be.
    pub chosen: ChosenStatus,
    /// Their status in their own words.
    pub custom_status: Option<StoredStatus>,
    /// When they were last shown to be there, in milliseconds since 1970.
    pub last_seen_ms: Option<i64>,
    /// While they are invisible: who might know what when they became so.
    pub frozen: Option<Box<FrozenPolicy>>,
}

/// Who may know what of a user, as of the moment in which they became invisible: what they change
/// since is to show nobody that they are there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FrozenPolicy {
    /// Their settings.
    pub settings: UserSettings,
    /// Their contacts.
    pub contacts: BTreeSet<String>,
    /// Those whom they block.
    pub blocked: BTreeSet<String>,
    /// Those to whom they wrote in a direct conversation.
    pub written_to: BTreeSet<String>,
}

impl From<Profile> for FrozenPolicy {
    fn from(profile: Profile) -> Self {
        Self {
            settings: profile.record.settings,
            contacts: profile.contacts,
            blocked: profile.blocked,
            written_to: profile.written_to,
        }
    }
}

impl FrozenPolicy {
    /// The user as they were then.
    pub fn to_profile(&self, user_id: &str) -> Profile {
        Profile {
            user_id: user_id.to_owned(),
            record: UserRecord {
                settings: self.settings,
                ..UserRecord::default()
            },
            contacts: self.contacts.clone(),
            blocked: self.blocked.clone(),
            written_to: self.written_to.clone(),
        }
    }
}

impl UserRecord {
    /// That of somebody who shows nothing that can be hidden.
    pub(super) fn hiding() -> Self {
        Self {
            settings: UserSettings {
                visibility: Visibility::Nobody,
                show_last_seen: false,
                show_online_status: false,
                allow_read_receipts: false,
                invisible_mode: true,
                broadcast_typing: false,
                typing_visibility: Visibility::Nobody,
                created_at_ms: None,
                updated_at_ms: None,
            },
            ..Self::default()
        }
    }

    /// As it is after a change of settings.
    pub(super) fn with_settings(mut self, change: &NewSettings) -> Self {
        let (old, update) = (self.settings, change.update);
        let settings = UserSettings {
            visibility: update.visibility.unwrap_or(old.visibility),
            show_last_seen: update.show_last_seen.unwrap_or(old.show_last_seen),
            show_online_status: update.show_online_status.unwrap_or(old.show_online_status),
            allow_read_receipts: update
                .allow_read_receipts
                .unwrap_or(old.allow_read_receipts),
            invisible_mode: update.invisible_mode.unwrap_or(old.invisible_mode),
            broadcast_typing: update.broadcast_typing.unwrap_or(old.broadcast_typing),
            typing_visibility: update.typing_visibility.unwrap_or(old.typing_visibility),
            created_at_ms: old.created_at_ms.or(Some(change.now_ms)),
            updated_at_ms: Some(change.now_ms),
        };
        // Turned on or off by itself, it is no matter of what is chosen any more.
        if update.invisible_mode.is_some() && self.chosen == ChosenStatus::Invisible {
            self.chosen = ChosenStatus::Online;
        }
        Self { settings, ..self }
    }

    /// As it is once what comes of invisibility is done, `before` being the user until now. What is
    /// shown to more people than before is shown from now on only: the last time from before is
    /// forgotten. While a user is invisible nothing of that kind happens.
    pub(super) fn concluded(mut self, before: Profile) -> Self {
        let was_hidden = before.record.settings.invisible_mode;
        if self.settings.invisible_mode {
            if !was_hidden {
                self.frozen = Some(Box::new(before.into()));
            }
            return self;
        }
        let frozen = self.frozen.take();
        let old = frozen.map_or(before.record.settings, |frozen| frozen.settings);
        let shows_more = self.settings.visibility > old.visibility
            || (self.settings.show_last_seen && !old.show_last_seen)
            || (self.settings.show_online_status && !old.show_online_status);
        if shows_more {
            self.last_seen_ms = None;
        }
        self
    }

    /// As it is after a change of what its user is.
    pub(super) fn with_presence(mut self, change: &NewPresence) -> Self {
        if let Some(chosen) = change.chosen {
            if chosen == ChosenStatus::Invisible {
                self.settings.invisible_mode = true;
            } else if self.chosen == ChosenStatus::Invisible {
                self.settings.invisible_mode = false;
            }
            self.chosen = chosen;
        }
        if let Some(custom_status) = &change.custom_status {
            self.custom_status.clone_from(custom_status);
        }
        if change.last_seen_ms.is_some() {
            self.last_seen_ms = change.last_seen_ms;
        }
        self
    }
}

/// What came of a change of a user's record.
#[derive(Clone, Debug, PartialEq)]
pub struct UserChanged {
    /// As it is now.
    pub record: UserRecord,
    /// Memberships that others see from now on as they are.
    pub revealed: Vec<Revealed>,
}

/// A membership that began or ended while its owner was invisible.
#[derive(Clone, Debug, PartialEq)]
pub struct Revealed {
    /// The room.
    pub room_name: String,
    /// Its owner.
    pub member: Member,
    /// Whether it began.
    pub has_joined: bool,
    /// Members in all, as everybody sees them from now on.
    pub member_count: u32,
}

/// How others see a membership.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// As it is.
    #[default]
    Shown,
    /// Not yet: it began while its owner was invisible.
    NotYet,
    /// Still, and it is over: it ended while its owner was invisible.
    Still,
}

impl Listing {
    /// As it is stored.
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Shown => 0,
            Self::NotYet => 1,
            Self::Still => 2,
        }
    }

    /// The one that is stored as this; what is not known is not shown.
    pub(super) const fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Shown,
            2 => Self::Still,
            _ => Self::NotYet,
        }
    }
}

/// A list that a user keeps of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RelationKind {
    /// Those who may know more.
    Contact,
    /// Those who may know nothing.
    Block,
}

impl RelationKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Block => "block",
        }
    }
}

/// Somebody more or less on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRelation {
    /// Whose list.
    pub user_id: String,
    /// Which.
    pub kind: RelationKind,
    /// Who is on it.
    pub other_id: String,
    /// Whether they are from now on.
    pub is_there: bool,
}

/// Everything that decides what others may know of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub user_id: String,
    /// Settings, and what they are.
    pub record: UserRecord,
    /// Their contacts.
    pub contacts: BTreeSet<String>,
    /// Those whom they block.
    pub blocked: BTreeSet<String>,
    /// Those to whom they wrote in a direct conversation.
    pub written_to: BTreeSet<String>,
}
