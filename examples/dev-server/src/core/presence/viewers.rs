//! How users look to those who look at them, and telling these when it changes.

use nchat_realtime::wire::presence::{PresenceChanged, PresenceStatus};

use super::Now;
use super::person::Person;
use super::state::{Due, State};
use crate::core::outlet::SocketEvent;
use crate::core::privacy::{self, sight, view};

impl State {
    /// Brings how a user looks up to date, and tells those who see it change.
    pub(super) fn refresh(&mut self, user_id: &str, now: Now) {
        if self.settle(user_id, now) {
            self.tell_subscribers(user_id, now);
        }
    }

    /// As [`Self::refresh`], where who may know what of the user may have changed too.
    pub(super) fn look_anew(&mut self, user_id: &str, now: Now) {
        self.settle(user_id, now);
        self.tell_subscribers(user_id, now);
    }

    /// Brings how a user looks up to date, in their own eyes too. Says whether that is another way.
    fn settle(&mut self, user_id: &str, now: Now) -> bool {
        let times = self.times;
        let Some(person) = self.people.get_mut(user_id) else {
            return false;
        };
        let before = person.shown.clone();
        let last_seen_ms = person.settle(&self.connections, now, times);
        let is_changed = person.shown != before;
        let due_ms = person.due(now);
        let before_ms = std::mem::replace(&mut person.due_ms, due_ms);
        if before_ms != due_ms {
            self.look_no_more(user_id, before_ms, now);
        }
        if let Some(at_ms) = due_ms {
            self.due.insert((at_ms, Due::Person(user_id.to_owned())));
        }
        let kept = last_seen_ms.map(|last_seen_ms| (user_id.to_owned(), last_seen_ms));
        self.last_seen.extend(kept);
        self.tell_self(user_id, now);
        is_changed
    }

    fn tell_subscribers(&mut self, user_id: &str, now: Now) {
        let subscribers = self.subscribers.get(user_id).cloned().unwrap_or_default();
        for socket_id in subscribers {
            self.tell_subscriber(&socket_id, user_id, now);
        }
    }

    /// Brings all that a user sees of others up to date.
    pub(super) fn refresh_viewer(&mut self, user_id: &str, now: Now) {
        for socket_id in self.sockets_of(user_id) {
            let connection = self.connections.get(&socket_id);
            let targets = connection.map(|connection| connection.subscriptions.keys());
            let targets: Vec<String> = targets.into_iter().flatten().cloned().collect();
            for target_id in targets {
                self.tell_subscriber(&socket_id, &target_id, now);
            }
        }
    }

    fn tell_self(&mut self, user_id: &str, now: Now) {
        let is_known = |person: &Person| person.profile.is_some();
        if !self.people.get(user_id).is_some_and(is_known) {
            return;
        }
        let presence = self.view(user_id, user_id, now);
        for socket_id in self.sockets_of(user_id) {
            let connection = self.connections.get_mut(&socket_id);
            let Some(connection) = connection.filter(|connection| connection.has_arrived) else {
                continue;
            };
            if connection.told_of_self.as_ref() != Some(&presence) {
                connection.told_of_self = Some(presence.clone());
                let event = SocketEvent::Presence(presence.clone());
                self.letters.push_back((socket_id, event));
            }
        }
    }

    fn tell_subscriber(&mut self, socket_id: &str, target_id: &str, now: Now) {
        let Some(connection) = self.connections.get(socket_id) else {
            return;
        };
        let viewer_id = &connection.user.id;
        if viewer_id == target_id {
            return;
        }
        let presence = self.view(target_id, viewer_id, now);
        let Some(connection) = self.connections.get_mut(socket_id) else {
            return;
        };
        let told = connection.subscriptions.get_mut(target_id);
        if let Some(told) = told.filter(|told| **told != presence) {
            *told = presence.clone();
            let event = SocketEvent::Presence(presence);
            self.letters.push_back((socket_id.to_owned(), event));
        }
    }

    /// How available a user is, as another sees them.
    pub(super) fn status(&self, target_id: &str, viewer_id: &str, now: Now) -> PresenceStatus {
        let is_there = |person: &Person| {
            target_id == viewer_id || person.shown.status != PresenceStatus::Offline
        };
        match self.people.get(target_id).is_some_and(is_there) {
            true => self.view(target_id, viewer_id, now).status,
            false => PresenceStatus::Offline,
        }
    }

    /// A user's presence as another sees it.
    pub(super) fn view(&self, target_id: &str, viewer_id: &str, now: Now) -> PresenceChanged {
        let sight = self.sight(target_id, viewer_id);
        let Some(target) = self.people.get(target_id) else {
            return view(target_id, &privacy::Appearance::default(), sight);
        };
        if target_id != viewer_id {
            return view(target_id, &target.shown, sight);
        }
        let own = target.own_appearance(&self.connections, now);
        PresenceChanged {
            chosen_status: target.profile.as_ref().map(|profile| profile.record.chosen),
            ..view(target_id, &own, sight)
        }
    }

    /// What a user may know of another.
    pub(in crate::core) fn sight(&self, target_id: &str, viewer_id: &str) -> privacy::Sight {
        let target = self.people.get(target_id).and_then(Person::policy);
        let viewer = self.people.get(viewer_id);
        let viewer = viewer.and_then(|person| person.profile.as_ref());
        sight(target_id, target, viewer_id, viewer)
    }

    /// Whether an author may know that it was this user who received or read something. Who is
    /// not here is told nothing, and asks for the rest.
    pub(in crate::core) fn shows_receipts(&self, user_id: &str, author_id: &str) -> bool {
        let are_here = self.people.contains_key(user_id) && self.people.contains_key(author_id);
        !are_here || self.sight(user_id, author_id).receipts
    }

    /// Subscribes, and gives what is seen now. Those subscribed to already are asked again.
    pub(super) fn subscribe(
        &mut self,
        socket_id: &str,
        viewer_id: &str,
        target_ids: &[String],
        now: Now,
    ) -> Vec<PresenceChanged> {
        let mut presences = Vec::with_capacity(target_ids.len());
        for target_id in target_ids {
            let presence = self.view(target_id, viewer_id, now);
            if let Some(connection) = self.connections.get_mut(socket_id) {
                let subscriptions = &mut connection.subscriptions;
                subscriptions.insert(target_id.clone(), presence.clone());
                let subscribers = self.subscribers.entry(target_id.clone()).or_default();
                subscribers.insert(socket_id.to_owned());
                self.people.entry(target_id.clone()).or_default();
            }
            presences.push(presence);
        }
        presences
    }

    pub(super) fn unsubscribe(&mut self, socket_id: &str, target_ids: &[String]) {
        for target_id in target_ids {
            if let Some(connection) = self.connections.get_mut(socket_id) {
                connection.subscriptions.remove(target_id);
            }
            self.drop_subscriber(target_id, socket_id);
            self.forget_unused(target_id);
        }
    }

    pub(super) fn drop_subscriber(&mut self, target_id: &str, socket_id: &str) {
        if let Some(subscribers) = self.subscribers.get_mut(target_id) {
            subscribers.remove(socket_id);
            if subscribers.is_empty() {
                self.subscribers.remove(target_id);
            }
        }
    }
}
