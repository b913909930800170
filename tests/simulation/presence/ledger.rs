//! What the server has told whom of whom, and what it may have: looked at after everything that it
//! does. So nothing is under way that was produced after the change that hid it.

use std::collections::{BTreeMap, BTreeSet};

use nchat_dev_server::core::{SocketEvent, Times, iso8601};
use nchat_dev_server::store::{Profile, UserRecord};
use nchat_realtime::wire::operation::Operation;
use nchat_realtime::wire::presence::{PresenceChanged, PresenceStatus};

use super::rights::Rights;
use crate::network::LinkId;

/// A room, or one of its threads.
pub(crate) type Place = (String, Option<String>);

/// What is known of all users and all sockets, from outside.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    sockets: BTreeMap<LinkId, Told>,
    users: BTreeMap<String, Life>,
    leases: BTreeMap<(String, Place), Lease>,
    /// How much was compared.
    pub(crate) checked: u64,
}

/// What one socket was told last.
#[derive(Debug, Default)]
struct Told {
    user: String,
    subscriptions: BTreeMap<String, PresenceChanged>,
    /// Answers to questions, which nothing brings up to date: looked at once.
    answered: Vec<PresenceChanged>,
    typing: BTreeMap<Place, Vec<(String, u64)>>,
}

/// One user.
#[derive(Debug, Default)]
struct Life {
    profile: Profile,
    /// Since when they cannot be seen, by their own wish; of the server's two clocks.
    hidden_since: Option<(i64, i64)>,
    /// Since when they have no connection.
    gone_since_ms: Option<i64>,
}

/// Somebody types, until then at the latest.
#[derive(Debug)]
struct Lease {
    link: LinkId,
    until_ms: i64,
}

impl Ledger {
    pub(crate) fn arrived(&mut self, link: LinkId, user: &str) {
        let told = Told {
            user: user.to_owned(),
            ..Told::default()
        };
        self.sockets.insert(link, told);
        self.users.entry(user.to_owned()).or_default().gone_since_ms = None;
    }

    pub(crate) fn departed(&mut self, link: LinkId, now_ms: i64) {
        let Some(told) = self.sockets.remove(&link) else {
            return;
        };
        self.leases.retain(|_, lease| lease.link != link);
        let is_here = self.sockets.values().any(|other| other.user == told.user);
        let life = self.users.entry(told.user).or_default();
        life.gone_since_ms = (!is_here).then_some(now_ms);
    }

    /// The server's process died, and all connections with it.
    pub(crate) fn crashed(&mut self, now_ms: i64) {
        for link in self.sockets.keys().copied().collect::<Vec<_>>() {
            self.departed(link, now_ms);
        }
    }

    /// A socket's user types. Of who cannot be seen nothing is ever shown of it.
    pub(crate) fn typed(&mut self, link: LinkId, user: &str, place: Place, now_ms: i64) {
        let life = self.users.get(user);
        if life.is_some_and(|life| life.profile.record.settings.invisible_mode) {
            return;
        }
        let until_ms = now_ms + Times::DEFAULT.typing_ms;
        let lease = Lease { link, until_ms };
        self.leases.insert((user.to_owned(), place), lease);
    }

    pub(crate) fn stopped(&mut self, user: &str, place: &Place) {
        self.leases
            .retain(|(typist, typed_at), _| typist != user || typed_at != place);
    }

    /// A room's log has an entry more: whoever wrote a message types it no more.
    pub(crate) fn published(&mut self, entry: &Operation) {
        if let Operation::New(message) = entry {
            let place = (message.room_name.clone(), message.thread_id.clone());
            self.stopped(&message.user_id, &place);
        }
    }

    /// A user left a room, with all their sockets.
    pub(crate) fn left(&mut self, user: &str, room: &str) {
        self.leases
            .retain(|(typist, (typed_in, _)), _| typist != user || typed_in != room);
        for told in self.sockets.values_mut().filter(|told| told.user == user) {
            told.typing.retain(|(other, _), _| other != room);
        }
    }

    /// A socket was told something by itself.
    pub(crate) fn told(&mut self, link: LinkId, event: &SocketEvent) {
        let Some(told) = self.sockets.get_mut(&link) else {
            return;
        };
        match event {
            SocketEvent::Presence(presence) => {
                if presence.user_id == told.user {
                    return;
                }
                let id = presence.user_id.clone();
                let known = told.subscriptions.insert(id, presence.clone());
                assert!(
                    known.is_some(),
                    "{} did not ask for {presence:?}",
                    told.user
                );
            }
            SocketEvent::Typing(typing) => {
                let place = (typing.room_name.clone(), typing.thread_id.clone());
                let users = typing.users.iter().map(|user| {
                    let left_ms = user.expires_in_ms.expect("a lease");
                    (user.user_id.clone(), left_ms)
                });
                told.typing.insert(place, users.collect());
            }
            SocketEvent::Settings(settings) => {
                assert_eq!(settings.user_id, told.user, "I13: another's settings");
            }
        }
    }

    /// A socket was answered what these are.
    pub(crate) fn answered(
        &mut self,
        link: LinkId,
        presences: &[PresenceChanged],
        is_subscription: bool,
    ) {
        let Some(told) = self.sockets.get_mut(&link) else {
            return;
        };
        let others = presences.iter().filter(|one| one.user_id != told.user);
        for presence in others {
            match is_subscription {
                true => {
                    let id = presence.user_id.clone();
                    told.subscriptions.insert(id, presence.clone());
                }
                false => told.answered.push(presence.clone()),
            }
        }
    }

    pub(crate) fn unsubscribed(&mut self, link: LinkId, user_ids: &[String]) {
        if let Some(told) = self.sockets.get_mut(&link) {
            told.subscriptions.retain(|id, _| !user_ids.contains(id));
        }
    }

    /// Users of whom something is known.
    pub(crate) fn user_ids(&self) -> Vec<String> {
        let told = self.sockets.values().flat_map(|told| {
            let answered = told.answered.iter().map(|one| &one.user_id);
            told.subscriptions.keys().chain(answered)
        });
        let all: BTreeSet<&String> = self.users.keys().chain(told).collect();
        all.into_iter().cloned().collect()
    }

    /// Compares what everybody was told with what they may know: `profiles` is what the store has
    /// of [`Self::user_ids`] now, which is `mono_ms` and `wall_ms` by the server's clocks.
    pub(crate) fn check(&mut self, profiles: Vec<Profile>, mono_ms: i64, wall_ms: i64) {
        for profile in profiles {
            let life = self.users.entry(profile.user_id.clone()).or_default();
            life.learn(profile, mono_ms, wall_ms);
            let (user, is_hidden) = (&life.profile.user_id, life.hidden_since.is_some());
            self.leases
                .retain(|(typist, _), _| typist != user || !is_hidden);
        }
        for told in self.sockets.values_mut() {
            let viewer = &self.users[&told.user];
            let answered = std::mem::take(&mut told.answered);
            for presence in told.subscriptions.values().chain(&answered) {
                self.users[&presence.user_id].check(presence, viewer, mono_ms);
                self.checked += 1;
            }
            for (place, typists) in &told.typing {
                for (typist, left_ms) in typists {
                    let lease = self.leases.get(&(typist.clone(), place.clone()));
                    let until_ms = lease.map_or(0, |lease| lease.until_ms);
                    assert!(
                        until_ms >= mono_ms,
                        "I11: {} is left to believe that {typist} types at {place:?}",
                        told.user,
                    );
                    assert!(
                        *left_ms <= Times::DEFAULT.typing_ms.unsigned_abs(),
                        "I11: a lease is longer than a lease"
                    );
                    let rights = Rights::of(&self.users[typist].profile, &viewer.profile);
                    assert!(
                        rights.typing,
                        "I13: {} is told that {typist} types at {place:?}",
                        told.user,
                    );
                    self.checked += 1;
                }
            }
        }
    }
}

impl Life {
    fn learn(&mut self, profile: Profile, mono_ms: i64, wall_ms: i64) {
        let is_hidden = profile.record.settings.invisible_mode;
        let may_have_shown = without_stamp(&self.profile.record) != without_stamp(&profile.record);
        self.hidden_since = match self.hidden_since {
            Some(since) if is_hidden && !may_have_shown => Some(since),
            _ => is_hidden.then_some((mono_ms, wall_ms)),
        };
        self.profile = profile;
    }

    /// Whether a viewer may be told this, who was told nothing else since.
    fn check(&self, told: &PresenceChanged, viewer: &Life, mono_ms: i64) {
        let rights = Rights::of(&self.profile, &viewer.profile);
        let (id, viewer_id) = (&told.user_id, &viewer.profile.user_id);
        let grace_ms = Times::DEFAULT.grace_ms;
        let is_over = |since_ms: i64| mono_ms > since_ms + grace_ms;
        let is_hidden = self
            .hidden_since
            .is_some_and(|(since_ms, _)| is_over(since_ms));
        let is_gone = self.gone_since_ms.is_some_and(is_over);
        let is_there = told.status != PresenceStatus::Offline;
        let says_more = is_there || told.custom_status.is_some() || told.device.is_some();
        assert!(
            !says_more || rights.status,
            "I13: {viewer_id} is left with {told:?}, which {id} hides"
        );
        assert!(
            !says_more || !is_hidden,
            "I12: {viewer_id} is left with {told:?} of {id}, who is invisible"
        );
        assert!(
            !says_more || !is_gone,
            "{viewer_id} is left with {told:?} of {id}, who is gone"
        );
        assert!(
            told.chosen_status.is_none(),
            "I13: what {id} chose is theirs to know"
        );
        assert_eq!(
            told.last_seen, told.last_seen_at,
            "one time under two names"
        );
        let Some(last_seen) = &told.last_seen else {
            return;
        };
        assert!(
            rights.last_seen,
            "I13: {viewer_id} is told when {id} was last there, who hides it"
        );
        if let Some((_, hidden_at_ms)) = self.hidden_since {
            assert!(
                *last_seen <= iso8601(hidden_at_ms),
                "I12: {viewer_id} is told {last_seen} of {id}, who was invisible then"
            );
        }
    }
}

/// All that a user changes by themselves.
fn without_stamp(record: &UserRecord) -> UserRecord {
    UserRecord {
        last_seen_ms: None,
        ..record.clone()
    }
}
