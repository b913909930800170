//! The browser profile of a test: a store in memory that takes its time, fails and forgets as the
//! test says, a journal, and the lock among tabs.

use std::collections::VecDeque;

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
    pub(super) store: MemoryStore<Json>,
    connection: Connection,
    /// Commands wait until the test lets them be carried out.
    pub(super) is_slow: bool,
    /// Commands that were not carried out.
    pub(super) waiting: VecDeque<StoreCommand<Json>>,
    /// Answers that were not heard.
    answers: VecDeque<StoreEvent<Json>>,
    /// What the next commits fail with.
    pub(super) failures: VecDeque<StoreFailure>,
    /// The journal takes nothing.
    pub(super) refuses_journal: bool,
    /// Another tab holds the lock.
    pub(super) is_lock_taken: bool,
    pub(super) lock_commands: Vec<LockCommand>,
    pub(super) commits: usize,
    pub(super) known_users: Vec<(String, String)>,
}

impl Disk {
    pub(super) fn journal(&mut self, command: JournalCommand) -> Option<StoreEvent<Json>> {
        match command {
            JournalCommand::Put { key, .. } if self.refuses_journal => {
                Some(StoreEvent::JournalRefused { key })
            }
            command => self.store.journal(&self.connection, command),
        }
    }

    pub(super) fn take(&mut self, command: StoreCommand<Json>) {
        // The journal of a namespace is there at once.
        if self.is_slow
            && let StoreCommand::Open { .. } = &command
        {
            self.prefetch(&command);
        }
        self.waiting.push_back(command);
        if !self.is_slow {
            while self.step() {}
        }
    }

    fn prefetch(&mut self, command: &StoreCommand<Json>) {
        let mut events = self
            .store
            .carry_out(&mut self.connection, command.clone())
            .into_iter();
        self.answers.extend(events.next());
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
        let events = self.store.carry_out(&mut self.connection, command);
        self.answers.extend(events);
        true
    }

    pub(super) fn answer(&mut self) -> Option<StoreEvent<Json>> {
        self.answers.pop_front()
    }

    pub(super) fn lock(&mut self, command: LockCommand) -> Option<LockEvent> {
        self.lock_commands.push(command);
        match command {
            LockCommand::Request => (!self.is_lock_taken).then_some(LockEvent::Granted),
            LockCommand::Steal => {
                self.is_lock_taken = false;
                Some(LockEvent::Granted)
            }
            LockCommand::Release => None,
        }
    }

    /// The page is gone: what was not carried out never is, nothing is heard.
    pub(super) fn crash(&mut self) {
        self.waiting.clear();
        self.answers.clear();
        self.failures.clear();
        self.connection = Connection::default();
        self.is_slow = false;
        self.is_lock_taken = false;
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
        let events = self.disk().store.carry_out(&mut look, command);
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
        let events = self.disk().store.carry_out(&mut look, command);
        let journaled = events.into_iter().find_map(|event| match event {
            StoreEvent::Journaled { records, .. } => Some(records),
            _ => None,
        });
        let records = journaled.unwrap_or_default().into_iter();
        records.map(|(key, _)| key).collect()
    }
}
