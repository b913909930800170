//! Who is there, who looks at whom, and what is to be told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use nchat_realtime::wire::planted::{PlantedBug, is_planted};

use super::connection::{Connection, LEASE_MS};
use super::person::Person;
use super::{Now, Times};
use crate::core::User;
use crate::core::outlet::SocketEvent;
use crate::core::typing::{Context, Typist};
use crate::store::Profile;

/// Everything of presence and typing, which no store keeps.
#[derive(Debug)]
pub(in crate::core) struct State {
    pub(in crate::core) times: Times,
    /// Grows with everything that a look-up under way may not know of, and that is not in `people`.
    pub(super) generation: u64,
    pub(in crate::core) people: BTreeMap<String, Person>,
    pub(in crate::core) connections: BTreeMap<String, Connection>,
    /// Whom to tell of a user: socket ids.
    pub(super) subscribers: BTreeMap<String, BTreeSet<String>>,
    /// Who hears a room: socket ids.
    pub(in crate::core) hearers: BTreeMap<String, BTreeSet<String>>,
    pub(in crate::core) typing: BTreeMap<Context, Vec<Typist>>,
    /// What is to be looked at when, by the steady clock. What is looked at in vain does no harm.
    pub(in crate::core) due: BTreeSet<(i64, Due)>,
    /// What sockets are to be told, in order.
    pub(super) letters: VecDeque<(String, SocketEvent)>,
    /// When users were last there, to be kept.
    pub(super) last_seen: Vec<(String, i64)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::core) enum Due {
    Person(String),
    Typing(Context),
}

impl State {
    pub(super) fn new(times: Times) -> Self {
        Self {
            times,
            generation: 0,
            people: BTreeMap::new(),
            connections: BTreeMap::new(),
            subscribers: BTreeMap::new(),
            hearers: BTreeMap::new(),
            typing: BTreeMap::new(),
            due: BTreeSet::new(),
            letters: VecDeque::new(),
            last_seen: Vec::new(),
        }
    }

    pub(super) fn open(&mut self, socket_id: &str, user: User, device: Option<String>) {
        let person = self.people.entry(user.id.clone()).or_default();
        person.sockets.insert(socket_id.to_owned());
        let connection = Connection::new(user, device);
        self.connections.insert(socket_id.to_owned(), connection);
    }

    /// It was greeted: it is told of its own user from now on, beginning with how they are.
    pub(super) fn arrive(&mut self, socket_id: &str, now: Now) {
        if let Some(connection) = self.connections.get_mut(socket_id) {
            connection.has_arrived = true;
            let user_id = connection.user.id.clone();
            self.refresh(&user_id, now);
        }
    }

    pub(super) fn close(&mut self, socket_id: &str, now: Now) {
        let Some(connection) = self.connections.remove(socket_id) else {
            return;
        };
        for room in &connection.rooms {
            self.unhear(socket_id, room);
        }
        for target_id in connection.subscriptions.keys() {
            self.drop_subscriber(target_id, socket_id);
        }
        let user_id = &connection.user.id;
        if let Some(person) = self.people.get_mut(user_id) {
            person.sockets.remove(socket_id);
        }
        if !is_planted(PlantedBug::KeepsTypingOfSocket) {
            self.end_typing_of_socket(socket_id, now);
        }
        if !is_planted(PlantedBug::ForgetsDeparture) {
            self.refresh(user_id, now);
        }
        self.forget_unused(user_id);
        for target_id in connection.subscriptions.keys() {
            self.forget_unused(target_id);
        }
    }

    /// A connection hears a room from now on.
    pub(in crate::core) fn hear(&mut self, socket_id: &str, room_name: &str) {
        if let Some(connection) = self.connections.get_mut(socket_id) {
            connection.rooms.insert(room_name.to_owned());
            let hearers = self.hearers.entry(room_name.to_owned()).or_default();
            hearers.insert(socket_id.to_owned());
        }
    }

    /// And no longer.
    pub(in crate::core) fn unhear(&mut self, socket_id: &str, room_name: &str) {
        if let Some(connection) = self.connections.get_mut(socket_id) {
            connection.rooms.remove(room_name);
            connection
                .told_of_typing
                .retain(|context, _| context.room_name != room_name);
        }
        if let Some(hearers) = self.hearers.get_mut(room_name) {
            hearers.remove(socket_id);
            if hearers.is_empty() {
                self.hearers.remove(room_name);
            }
        }
    }

    /// What was looked up is known from now on.
    pub(super) fn adopt(&mut self, profiles: Vec<Profile>, now: Now) {
        for profile in profiles {
            let user_id = profile.user_id.clone();
            let person = self.people.entry(user_id.clone()).or_default();
            if person.profile.is_none() {
                person.learn(profile);
                self.look_anew(&user_id, now);
            }
        }
    }

    /// Those of these of whom nothing is known.
    pub(super) fn unknown(&self, user_ids: &[String]) -> Vec<String> {
        let is_known = |id: &String| {
            let person = self.people.get(id);
            person.is_some_and(|person| person.profile.is_some())
        };
        let unknown: BTreeSet<&String> = user_ids.iter().filter(|id| !is_known(id)).collect();
        unknown.into_iter().cloned().collect()
    }

    /// The connection has spoken: it counts for another lease, where it has one at all.
    pub(super) fn renew(&mut self, socket_id: &str, now: Now) {
        let connection = self.connections.get(socket_id);
        if connection.is_some_and(|connection| connection.lease_until_ms.is_some()) {
            self.lease(socket_id, now);
        }
    }

    /// The connection counts for a lease from now on.
    pub(super) fn lease(&mut self, socket_id: &str, now: Now) {
        let Some(connection) = self.connections.get_mut(socket_id) else {
            return;
        };
        let was_live = connection.is_live(now.mono_ms);
        let until_ms = now.mono_ms + LEASE_MS;
        connection.lease_until_ms = Some(until_ms);
        let user_id = connection.user.id.clone();
        self.due.insert((until_ms, Due::Person(user_id.clone())));
        if !was_live {
            self.refresh(&user_id, now);
        }
    }

    /// Nobody is kept whom nobody looks at, and who is not there.
    pub(super) fn forget_unused(&mut self, user_id: &str) {
        let is_used = |person: &mut Person| {
            !person.sockets.is_empty()
                || person.leaving.is_some()
                || self.subscribers.contains_key(user_id)
        };
        if !self.people.get_mut(user_id).is_some_and(is_used)
            && let Some(person) = self.people.remove(user_id)
        {
            // What was looked up before they changed must not come back.
            self.generation += u64::from(person.has_changed);
            if let Some(at_ms) = person.due_ms {
                self.due.remove(&(at_ms, Due::Person(user_id.to_owned())));
            }
        }
    }

    pub(in crate::core) fn sockets_of(&self, user_id: &str) -> Vec<String> {
        let person = self.people.get(user_id);
        let sockets = person.map(|person| person.sockets.iter().cloned());
        sockets.into_iter().flatten().collect()
    }

    pub(in crate::core) fn tell(&mut self, socket_id: &str, event: SocketEvent) {
        self.letters.push_back((socket_id.to_owned(), event));
    }

    /// Whether somebody is to be told something.
    pub(in crate::core) fn has_news(&self) -> bool {
        !self.letters.is_empty()
    }

    pub(in crate::core) fn look_again(&mut self, at_mono_ms: i64, due: Due) {
        self.due.insert((at_mono_ms, due));
    }

    /// Takes back that a user is looked at. What is due before long is let be: it may be there for
    /// the lease of a connection as well.
    pub(super) fn look_no_more(&mut self, user_id: &str, at_mono_ms: Option<i64>, now: Now) {
        if let Some(at_ms) = at_mono_ms.filter(|at_ms| *at_ms > now.mono_ms + LEASE_MS) {
            self.due.remove(&(at_ms, Due::Person(user_id.to_owned())));
        }
    }

    pub(super) fn next_due(&self) -> Option<i64> {
        self.due.first().map(|(at_ms, _)| *at_ms)
    }

    /// Does what is due.
    pub(super) fn tick(&mut self, now: Now) {
        let mut due = BTreeSet::new();
        while let Some((at_ms, one)) = self.due.pop_first() {
            if at_ms > now.mono_ms {
                self.due.insert((at_ms, one));
                break;
            }
            due.insert(one);
        }
        for one in due {
            match one {
                Due::Person(user_id) => {
                    self.refresh(&user_id, now);
                    self.forget_unused(&user_id);
                }
                Due::Typing(context) => self.end_expired_typing(&context, now),
            }
        }
    }
}
