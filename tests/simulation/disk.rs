//! What one browser profile keeps: databases that commit a little later and survive anything, and
//! a journal that takes a record at once and loses its last seconds when the browser is killed.

use std::collections::{BTreeMap, VecDeque};

use nchat_realtime::engine::input::Input;
use nchat_realtime::engine::store::{
    Connection, JournalCommand, MemoryStore, Namespace, StoreCommand, StoreEvent, StoreFailure,
    StoreId, StoreOp, Table,
};
use serde_json::Value as Json;

use super::fault::Fault;
use super::tab::TabId;
use super::world::{Event, World};

/// What localStorage holds.
#[derive(Clone, Debug, Default)]
struct Notes {
    journals: BTreeMap<Namespace, BTreeMap<String, String>>,
    known_users: Vec<(String, String)>,
}

/// The storage of one browser profile.
#[derive(Default)]
pub(crate) struct Disk {
    store: MemoryStore<Json>,
    notes: Notes,
    /// The notes as a kill of the browser leaves them.
    flushed: Notes,
    /// There is no IndexedDB here.
    pub(crate) is_absent: bool,
    /// localStorage takes nothing.
    pub(crate) refuses_journal: bool,
    /// Every namespace that was ever opened.
    opened: Vec<Namespace>,
}

/// What one tab has of its profile's disk.
#[derive(Default)]
pub(crate) struct Handle {
    connection: Connection,
    pub(crate) namespace: Option<Namespace>,
    commands: VecDeque<StoreCommand<Json>>,
    /// When the last command is carried out: none overtakes it.
    busy_until_ms: u64,
    /// When the last answer is heard: they come in the order of the commands.
    answers_until_ms: u64,
}

impl Handle {
    /// What was not carried out never is.
    pub(crate) fn forget(&mut self) {
        self.commands.clear();
    }
}

impl Disk {
    /// Whom each server named last.
    pub(crate) fn known_users(&self) -> Vec<(String, String)> {
        self.notes.known_users.clone()
    }

    pub(crate) fn remember(&mut self, server: &str, user: Option<String>) {
        self.notes.known_users.retain(|(known, _)| known != server);
        let user = user.map(|user| (server.to_owned(), user));
        self.notes.known_users.extend(user);
    }

    /// What was noted reaches the disk.
    pub(crate) fn flush(&mut self) {
        self.flushed = self.notes.clone();
    }

    /// The browser was killed.
    pub(crate) fn kill(&mut self) {
        self.notes = self.flushed.clone();
    }

    /// The browser deletes all databases.
    pub(crate) fn evict(&mut self) {
        for namespace in &self.opened {
            self.store.evict(namespace);
        }
    }

    /// A record appears that is no record.
    pub(crate) fn corrupt(&mut self, number: u64) {
        let Some(namespace) = self.opened.last() else {
            return;
        };
        let mut connection = Connection::default();
        let open = StoreCommand::Open {
            id: StoreId(0),
            namespace: namespace.clone(),
        };
        self.store.carry_out(&mut connection, open);
        let junk = StoreOp::Put {
            table: Table::Outbox,
            key: format!("junk-{number}"),
            text: "1 00000000 {\"is\":\"junk\"}".to_owned(),
        };
        let commit = StoreCommand::Commit {
            id: StoreId(1),
            fence: None,
            ops: vec![junk],
        };
        self.store.carry_out(&mut connection, commit);
    }

    /// Every key in the journal.
    pub(crate) fn journaled(&self) -> impl Iterator<Item = String> {
        let records = self.notes.journals.values().flatten();
        records.map(|(key, _)| key.clone())
    }

    /// Takes records out of a journal that are still the same.
    fn forget(&mut self, namespace: &Namespace, records: &[(String, String)]) {
        let journal = self.notes.journals.entry(namespace.clone()).or_default();
        for (key, text) in records {
            if journal.get(key) == Some(text) {
                journal.remove(key);
            }
        }
    }

    fn journal(&self, namespace: &Namespace) -> Vec<(String, String)> {
        let records = self.notes.journals.get(namespace).into_iter().flatten();
        records
            .map(|(key, text)| (key.clone(), text.clone()))
            .collect()
    }
}

impl World {
    /// A tab puts something into its journal, or takes it out.
    pub(crate) fn journal_command(&mut self, id: TabId, command: JournalCommand) {
        let Some(namespace) = self.tab(id).disk.namespace.clone() else {
            return;
        };
        let disk = &mut self.profiles[id.profile].disk;
        let journal = disk.notes.journals.entry(namespace).or_default();
        match command {
            JournalCommand::Put { key, .. } if disk.refuses_journal => {
                let refused = StoreEvent::JournalRefused { key };
                self.tab(id).soon.push_back(Input::Store(refused));
            }
            JournalCommand::Put { key, text } => drop(journal.insert(key, text)),
            JournalCommand::Remove { key } => drop(journal.remove(&key)),
            JournalCommand::Read => {
                let records = journal.clone().into_iter().collect();
                let read = StoreEvent::JournalRead { records };
                self.tab(id).soon.push_back(Input::Store(read));
            }
        }
    }

    /// A tab wants something of its store, which takes its time.
    pub(crate) fn store_command(&mut self, id: TabId, command: StoreCommand<Json>) {
        if let StoreCommand::Open {
            id: open,
            namespace,
        } = &command
        {
            let disk = &mut self.profiles[id.profile].disk;
            if !disk.opened.contains(namespace) {
                disk.opened.push(namespace.clone());
            }
            let records = disk.journal(namespace);
            let tab = self.tab(id);
            tab.disk.namespace = Some(namespace.clone());
            let journaled = StoreEvent::Journaled { id: *open, records };
            tab.soon.push_back(Input::Store(journaled));
        }
        let delay_ms = match self.chaos.strikes(Fault::SlowDisk) {
            true => self.chaos.dice.between(100, 3_000),
            false => self.chaos.dice.pick(&[0, 1, 2, 8]),
        };
        let now_ms = self.chaos.now_ms;
        let handle = &mut self.tab(id).disk;
        let at_ms = handle.busy_until_ms.max(now_ms + delay_ms);
        handle.busy_until_ms = at_ms;
        handle.commands.push_back(command);
        self.agenda.plan(at_ms, Event::Disk(id));
    }

    /// A tab's oldest command is carried out; the tab hears of it a moment later, if it lives.
    pub(crate) fn disk_works(&mut self, id: TabId) {
        let Some(command) = self.tab(id).disk.commands.pop_front() else {
            return;
        };
        let failure = match &command {
            StoreCommand::ReadOther { .. } | StoreCommand::Forget { .. } => None,
            _ if self.profiles[id.profile].disk.is_absent => Some(StoreFailure::Unavailable),
            StoreCommand::Commit { .. } if self.chaos.strikes(Fault::DiskAborted) => {
                Some(StoreFailure::Aborted)
            }
            StoreCommand::Commit { .. } if self.chaos.strikes(Fault::DiskFull) => {
                Some(StoreFailure::Full)
            }
            _ => None,
        };
        let events = match (failure, command.id()) {
            (Some(failure), Some(id)) => vec![StoreEvent::Failed { id, failure }],
            (Some(_), None) => Vec::new(),
            (None, _) => {
                if let StoreCommand::Wipe { namespace, .. } = &command {
                    let disk = &mut self.profiles[id.profile].disk;
                    disk.notes.journals.remove(namespace);
                }
                let profile = &mut self.profiles[id.profile];
                let journal = match &command {
                    StoreCommand::ReadOther { namespace, .. } => profile.disk.journal(namespace),
                    StoreCommand::Forget {
                        namespace, records, ..
                    } => {
                        profile.disk.forget(namespace, records);
                        Vec::new()
                    }
                    _ => Vec::new(),
                };
                let handle = &mut profile.tabs[id.tab].disk;
                let mut events = profile
                    .disk
                    .store
                    .carry_out(&mut handle.connection, command);
                if let Some(StoreEvent::Outbox { outbox, .. }) = events.first_mut() {
                    outbox.splice(0..0, journal);
                }
                events
            }
        };
        let is_answer = |event: &StoreEvent<Json>| !matches!(event, StoreEvent::Journaled { .. });
        let at_ms = self.chaos.now_ms + self.chaos.dice.pick(&[0, 0, 1, 3]);
        let handle = &mut self.tab(id).disk;
        let at_ms = handle.answers_until_ms.max(at_ms);
        handle.answers_until_ms = at_ms;
        for event in events.into_iter().filter(is_answer) {
            self.agenda.plan(at_ms, Event::Stored(id, event));
        }
    }
}
