//! What the core knows of one connection.

use std::collections::{BTreeMap, BTreeSet};

use nchat_realtime::wire::presence::{ChosenStatus, PresenceChanged, PresenceStatus};

use crate::core::User;
use crate::core::typing::Context;

/// How long a connection counts after it has said that it lives, in milliseconds: three of the
/// client's heartbeats.
pub(super) const LEASE_MS: i64 = 90_000;

/// One socket of a user.
#[derive(Debug)]
pub(in crate::core) struct Connection {
    pub(in crate::core) user: User,
    /// What it runs on.
    pub(super) device: Option<String>,
    /// Whether it was greeted. What it is sent before that is lost.
    pub(super) has_arrived: bool,
    /// Whether nobody uses it; `None` from clients that do not say.
    pub(super) idle: Option<bool>,
    /// What it is by itself, of a client that cannot tell a choice from an automatic `away`.
    pub(super) own_status: Option<PresenceStatus>,
    /// Whether it is such a client, and asked to be invisible.
    pub(super) hides: bool,
    /// Until when it counts; of clients that send no heartbeats for as long as it is open.
    pub(super) lease_until_ms: Option<i64>,
    /// Rooms that it hears.
    pub(in crate::core) rooms: BTreeSet<String>,
    /// Whose presence it hears, and what it was told last.
    pub(super) subscriptions: BTreeMap<String, PresenceChanged>,
    /// What it was told of its own user last.
    pub(super) told_of_self: Option<PresenceChanged>,
    /// Who it was told types where, and until when.
    pub(in crate::core) told_of_typing: BTreeMap<Context, Vec<(String, i64)>>,
}

impl Connection {
    pub(super) fn new(user: User, device: Option<String>) -> Self {
        Self {
            user,
            device,
            has_arrived: false,
            idle: None,
            own_status: None,
            hides: false,
            lease_until_ms: None,
            rooms: BTreeSet::new(),
            subscriptions: BTreeMap::new(),
            told_of_self: None,
            told_of_typing: BTreeMap::new(),
        }
    }

    pub(super) fn is_live(&self, mono_ms: i64) -> bool {
        self.lease_until_ms
            .is_none_or(|until_ms| mono_ms < until_ms)
    }

    /// What the user is by this connection alone.
    pub(super) fn status(&self, chosen: ChosenStatus) -> PresenceStatus {
        match (self.idle, self.own_status) {
            (None, Some(own)) => own,
            (idle, _) => match chosen {
                ChosenStatus::Online | ChosenStatus::Invisible if idle == Some(true) => {
                    PresenceStatus::Away
                }
                ChosenStatus::Online | ChosenStatus::Invisible => PresenceStatus::Online,
                ChosenStatus::Away => PresenceStatus::Away,
                ChosenStatus::Busy => PresenceStatus::Busy,
                ChosenStatus::Offline => PresenceStatus::Offline,
            },
        }
    }
}
