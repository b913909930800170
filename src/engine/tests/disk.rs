//! The browser profile of a test: a store in memory that takes its time, fails and forgets as the
//! test says, a journal, and the lock among tabs.

use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::rc::Rc;

use serde_json::Value as Json;

use super::world::World;
use crate::engine::input::Input;
use crate::engine::store::{
    Connection, JournalCommand, MemoryStore, Namespace, StoreCommand, StoreEvent, StoreFailure,
    StoreId,
};
use crate::engine::tabs::{LockCommand, LockEvent};

/// One tab's view of it.
#[derive(Default)]
pub(super) struct Disk {
    pub(super) profile: Rc<RefCell<Profile>>,
    /// Which tab of the profile this is.
    tab: usize,
    connection: Connection,
    /// Whose journal is used.
    notes: Connection,
    /// Commands wait until the test lets them be carried out.
    pub(super) is_slow: bool,
    /// No database opens in time.
    pub(super) is_late: bool,
    /// What was to be deleted, and was not in time.
    given_up: Vec<StoreCommand<Json>>,
    /// Commands that were not carried out.
    pub(super) waiting: VecDeque<StoreCommand<Json>>,
    /// Answers that were not heard.
    answers: VecDeque<StoreEvent<Json>>,
    /// What the next commits fail with.
    pub(super) failures: VecDeque<StoreFailure>,
    /// The journal takes nothing.
    pub(super) refuses_journal: bool,
    pub(super) commits: usize,
}

/// What the tabs of a profile share.
#[derive(Default)]
pub(super) struct Profile {
    pub(super) store: MemoryStore<Json>,
    pub(super) known_users: Vec<(String, String)>,
    /// The browser tells with the next database that it lost all it had.
    pub(super) tells_loss: bool,
    /// The browser has no locks.
    pub(super) lacks_locks: bool,
    pub(super) holder: Option<usize>,
    queue: VecDeque<usize>,
    /// What became of the lock, for which tab, in order.
    lock_events: VecDeque<(usize, LockEvent)>,
}

impl Profile {
    fn lock(&mut self, tab: usize, command: LockCommand) {
        if self.lacks_locks {
            if command != LockCommand::Release {
                self.lock_events.push_back((tab, LockEvent::Unavailable));
            }
            return;
        }
        match command {
            LockCommand::Request => self.queue.push_back(tab),
            LockCommand::Steal => {
                let robbed = self.holder.take().filter(|holder| *holder != tab);
                let lost = robbed.map(|robbed| (robbed, LockEvent::Lost));
                self.lock_events.extend(lost);
                self.queue.retain(|waiting| *waiting != tab);
                self.queue.push_front(tab);
            }
            LockCommand::Release => self.let_go(tab),
        }
        self.grant();
    }

    fn let_go(&mut self, tab: usize) {
        self.holder = self.holder.filter(|holder| *holder != tab);
        self.queue.retain(|waiting| *waiting != tab);
        self.grant();
    }

    fn grant(&mut self) {
        if self.holder.is_none()
            && let Some(next) = self.queue.pop_front()
        {
            self.holder = Some(next);
            self.lock_events.push_back((next, LockEvent::Granted));
        }
    }

    /// The oldest of what became of the lock for this tab.
    pub(super) fn lock_event(&mut self, tab: usize) -> Option<LockEvent> {
        let mine = |(of, _): &(usize, LockEvent)| *of == tab;
        let index = self.lock_events.iter().position(mine)?;
        self.lock_events.remove(index).map(|(_, event)| event)
    }
}

impl Disk {
    /// What one of the tabs of a profile has.
    pub(super) fn of(profile: Rc<RefCell<Profile>>, tab: usize) -> Self {
        Self {
            profile,
            tab,
            ..Self::default()
        }
    }

    pub(super) fn journal(&mut self, command: JournalCommand) -> Option<StoreEvent<Json>> {
        match command {
            JournalCommand::Put { key, .. } if self.refuses_journal => {
                Some(StoreEvent::JournalRefused { key })
            }
            command => self
                .profile
                .borrow_mut()
                .store
                .journal(&self.notes, command),
        }
    }

    pub(super) fn take(&mut self, command: StoreCommand<Json>) {
        if let StoreCommand::Open { .. } | StoreCommand::Close = &command {
            self.take_notes(&command);
        }
        self.waiting.push_back(command);
        if !self.is_slow {
            while self.step() {}
        }
    }

    /// The journal of a namespace is there at once, whatever the database has still to do.
    fn take_notes(&mut self, command: &StoreCommand<Json>) {
        let store = &mut self.profile.borrow_mut().store;
        let events = store.carry_out(&mut self.notes, command.clone());
        if self.is_slow {
            self.answers.extend(events.into_iter().next());
        }
    }

    /// Carries out the oldest command. False where there is none.
    pub(super) fn step(&mut self) -> bool {
        let Some(command) = self.waiting.pop_front() else {
            return false;
        };
        if let StoreCommand::Commit { id, .. } = &command {
            self.commits += 1;
            if let Some(failure) = self.failures.pop_front() {
                self.answers
                    .push_back(StoreEvent::Failed { id: *id, failure });
                return true;
            }
        }
        let id = command.id();
        let opens = matches!(
            command,
            StoreCommand::Open { .. }
                | StoreCommand::ReadOther { .. }
                | StoreCommand::Forget { .. }
                | StoreCommand::Wipe { .. }
        );
        let mut profile = self.profile.borrow_mut();
        if let (true, true, Some(id)) = (self.is_late, opens, id) {
            let failure = StoreFailure::Late;
            if let StoreCommand::Wipe { .. } = command {
                self.given_up.push(command);
            } else if let StoreCommand::Open { .. } = command {
                let events = profile.store.carry_out(&mut self.connection, command);
                let journaled = events.into_iter().next();
                self.answers.extend(journaled);
            }
            self.answers.push_back(StoreEvent::Failed { id, failure });
            return true;
        }
        let events = profile.store.carry_out(&mut self.connection, command);
        self.answers.extend(events);
        true
    }

    /// What held the databases lets go: those that were to be deleted are.
    pub(super) fn let_go(&mut self) {
        self.is_late = false;
        self.waiting.extend(self.given_up.drain(..));
        while self.step() {}
    }

    pub(super) fn answer(&mut self) -> Option<StoreEvent<Json>> {
        let mut answer = self.answers.pop_front();
        if let Some(StoreEvent::Opened { is_loss, .. }) = &mut answer {
            *is_loss = std::mem::take(&mut self.profile.borrow_mut().tells_loss);
        }
        answer
    }

    pub(super) fn lock(&mut self, command: LockCommand) {
        self.profile.borrow_mut().lock(self.tab, command);
    }

    /// What became of the lock for this tab.
    pub(super) fn lock_event(&mut self) -> Option<LockEvent> {
        self.profile.borrow_mut().lock_event(self.tab)
    }

    /// What the store or the lock said, and was not heard.
    pub(super) fn said(&mut self) -> Option<Input<Json>> {
        match self.answer() {
            Some(event) => Some(Input::Store(event)),
            None => self.lock_event().map(Input::Lock),
        }
    }

    /// The page is gone: what was not carried out never is, nothing is heard.
    pub(super) fn crash(&mut self) {
        self.waiting.clear();
        self.answers.clear();
        self.failures.clear();
        self.connection = Connection::default();
        self.notes = Connection::default();
        self.is_slow = false;
        let mut profile = self.profile.borrow_mut();
        profile.lock_events.retain(|(tab, _)| *tab != self.tab);
        profile.let_go(self.tab);
    }
}

/// The namespace of the tests' server, and this user.
pub(super) fn namespace(user: Option<&str>) -> Namespace {
    Namespace {
        server: "http://localhost:3101/socket.io/#/".to_owned(),
        user: user.map(str::to_owned),
    }
}

/// The answer where there is no store.
pub(super) fn unavailable(command: &StoreCommand<Json>) -> Option<StoreEvent<Json>> {
    let id = command.id()?;
    let failure = StoreFailure::Unavailable;
    Some(StoreEvent::Failed { id, failure })
}

impl World {
    /// A world with a store.
    pub(super) fn stored() -> Self {
        let mut world = Self::new();
        world.disk = Some(Disk::default());
        world
    }

    pub(super) fn disk(&mut self) -> &mut Disk {
        self.disk.as_mut().expect("a disk")
    }

    pub(super) fn profile(&mut self) -> RefMut<'_, Profile> {
        self.disk().profile.borrow_mut()
    }

    /// The disk carries out one command, and its answer is heard.
    pub(super) fn disk_step(&mut self) -> bool {
        let did = self.disk().step();
        self.hear_disk();
        did
    }

    /// The disk carries out everything.
    pub(super) fn disk_catches_up(&mut self) {
        while self.disk_step() {}
    }

    pub(super) fn hear_disk(&mut self) {
        while let Some(event) = self.disk().answer() {
            self.input(Input::Store(event));
        }
    }

    /// What the store's outbox holds, by key.
    pub(super) fn stored_keys(&mut self, user: Option<&str>) -> Vec<String> {
        let mut look = Connection::default();
        let id = StoreId(0);
        let namespace = namespace(user);
        let command = StoreCommand::Open { id, namespace };
        let events = self.profile().store.carry_out(&mut look, command);
        let opened = events.into_iter().find_map(|event| match event {
            StoreEvent::Opened { records, .. } => Some(records),
            _ => None,
        });
        let records = opened.unwrap_or_default().into_iter();
        let outbox = records.filter(|(table, ..)| table.as_str() == "outbox");
        outbox.map(|(_, key, _)| key).collect()
    }

    /// What the journal holds, by key.
    pub(super) fn journaled_keys(&mut self, user: Option<&str>) -> Vec<String> {
        let mut look = Connection::default();
        let id = StoreId(0);
        let namespace = namespace(user);
        let command = StoreCommand::Open { id, namespace };
        let events = self.profile().store.carry_out(&mut look, command);
        let journaled = events.into_iter().find_map(|event| match event {
            StoreEvent::Journaled { records, .. } => Some(records),
            _ => None,
        });
        let records = journaled.unwrap_or_default().into_iter();
        records.map(|(key, _)| key).collect()
    }
}
