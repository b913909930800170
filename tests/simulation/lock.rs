//! The lock among the tabs of a profile, and what they say to each other.

use std::collections::{BTreeMap, VecDeque};

use nchat_realtime::engine::input::Input;
use nchat_realtime::engine::store::Namespace;
use nchat_realtime::engine::tabs::{LockCommand, LockEvent};
use serde_json::Value as Json;

use super::fault::Fault;
use super::tab::TabId;
use super::world::{Event, World};

/// The locks of one profile, by namespace.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    /// The browser has none.
    pub(crate) are_absent: bool,
    locks: BTreeMap<Namespace, Lock>,
}

#[derive(Debug, Default)]
struct Lock {
    holder: Option<TabId>,
    queue: VecDeque<TabId>,
}

impl World {
    pub(crate) fn lock_command(&mut self, id: TabId, command: LockCommand) {
        self.lead_wants(id, command);
        let namespace = self.tab(id).disk.namespace.clone();
        let locks = &mut self.profiles[id.profile].locks;
        let Some(namespace) = namespace.filter(|_| !locks.are_absent) else {
            if command != LockCommand::Release {
                self.tell_lock(id, LockEvent::Unavailable);
            }
            return;
        };
        let lock = locks.locks.entry(namespace).or_default();
        match command {
            LockCommand::Request if lock.holder.is_none() => {
                lock.holder = Some(id);
                self.tell_lock(id, LockEvent::Granted);
            }
            LockCommand::Request => lock.queue.push_back(id),
            LockCommand::Steal => {
                lock.queue.retain(|other| *other != id);
                let before = lock.holder.replace(id);
                if let Some(before) = before.filter(|before| *before != id) {
                    self.tell_lock(before, LockEvent::Lost);
                }
                self.tell_lock(id, LockEvent::Granted);
            }
            LockCommand::Release => self.release_locks(id),
        }
    }

    /// A tab gives back what it has, or is gone.
    pub(crate) fn release_locks(&mut self, id: TabId) {
        let mut granted = Vec::new();
        for lock in self.profiles[id.profile].locks.locks.values_mut() {
            lock.queue.retain(|other| *other != id);
            if lock.holder == Some(id) {
                lock.holder = lock.queue.pop_front();
                granted.extend(lock.holder);
            }
        }
        for next in granted {
            self.tell_lock(next, LockEvent::Granted);
        }
    }

    /// Something that is no tab of ours takes a profile's locks, and gives them back at once.
    pub(crate) fn steal_locks(&mut self, profile: usize) {
        let locks = self.profiles[profile].locks.locks.values();
        let holders: Vec<TabId> = locks.filter_map(|lock| lock.holder).collect();
        for holder in holders {
            self.tell_lock(holder, LockEvent::Lost);
            self.release_locks(holder);
        }
    }

    fn tell_lock(&mut self, id: TabId, event: LockEvent) {
        let at_ms = self.chaos.now_ms + self.chaos.dice.pick(&[0, 1, 4]);
        let namespace = self.tab(id).disk.namespace.clone();
        let input = Box::new(Input::Lock(event));
        self.agenda.plan(at_ms, Event::Hears(id, namespace, input));
    }

    /// A tab says something to the others of its namespace, which may not hear it.
    pub(crate) fn post(&mut self, id: TabId, message: &Json) {
        let namespace = self.tab(id).disk.namespace.clone();
        if namespace.is_none() {
            return;
        }
        for other in self.tab_ids() {
            let is_near = other.profile == id.profile && other != id;
            if !is_near || self.tab(other).disk.namespace != namespace {
                continue;
            }
            if self.chaos.strikes(Fault::PostLost) {
                continue;
            }
            let at_ms = self.chaos.now_ms + self.chaos.dice.pick(&[0, 1, 5]);
            let input = Box::new(Input::TabMessage(message.clone()));
            let event = Event::Hears(other, namespace.clone(), input);
            self.agenda.plan(at_ms, event);
        }
    }
}
