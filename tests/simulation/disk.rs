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

/// How long the driver waits for a database to open, or to be deleted, in milliseconds.
const PATIENCE_MS: u64 = 5_000;

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
    /// Until when databases are held by another page.
    blocked: BTreeMap<Namespace, u64>,
    /// Databases that a newer version took on, and all that they held then.
    newer: BTreeMap<Namespace, Vec<(Table, String, String)>>,
}

/// What one tab has of its profile's disk.
#[derive(Default)]
pub(crate) struct Handle {
    connection: Connection,
    pub(crate) namespace: Option<Namespace>,
    /// Whose database commands are carried out in: the one that was opened last.
    open: Option<Namespace>,
    commands: VecDeque<StoreCommand<Json>>,
    /// When the last command is carried out: none overtakes it.
    busy_until_ms: u64,
    /// When the last answer is heard: they come in the order of the commands.
    answers_until_ms: u64,
    /// Until then the oldest command waits for another page to let go.
    stalled_until_ms: u64,
    /// Its time is over then.
    loses_patience: bool,
    /// Whether a database is open.
    is_open: bool,
    /// One that was given up opened while a command was under way.
    is_found: bool,
}

impl Handle {
    /// Whether it has a database open.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

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
        self.newer.clear();
    }

    pub(crate) fn has_databases(&self) -> bool {
        !self.is_absent && !self.opened.is_empty()
    }

    /// Whether a newer version has taken any database on.
    pub(crate) fn has_newer(&self) -> bool {
        !self.newer.is_empty()
    }

    /// Whether a newer version has taken a database on.
    pub(crate) fn is_newer(&self, namespace: &Namespace) -> bool {
        self.newer.contains_key(namespace)
    }

    /// What a newer version has taken on is as it was.
    pub(crate) fn check_newer(&self) {
        for (namespace, records) in &self.newer {
            let found = self.store.records(namespace);
            assert_eq!(
                found.as_ref(),
                Some(records),
                "I19: the newer database of {namespace:?} is left as it is"
            );
        }
    }

    /// A record appears that is no record.
    pub(crate) fn corrupt(&mut self, number: u64) {
        let last = self.opened.last();
        let Some(namespace) = last.filter(|of| self.store.records(of).is_some()) else {
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

    /// Keys of what is kept for those of whom no tab has anything open, or where no tab of this
    /// version may look.
    pub(crate) fn set_aside(&self, open: &[Option<Namespace>]) -> Vec<String> {
        let mut keys = Vec::new();
        for namespace in &self.opened {
            let is_aside = !open.contains(&Some(namespace.clone()));
            if is_aside || self.is_newer(namespace) {
                let records = self.store.records(namespace).into_iter().flatten();
                let queued = records.filter(|(table, ..)| *table == Table::Outbox);
                keys.extend(queued.map(|(_, key, _)| key));
            }
            if is_aside {
                keys.extend(self.journal(namespace).into_iter().map(|(key, _)| key));
            }
        }
        keys
    }

    /// Whether there is anything of a user.
    pub(crate) fn knows(&self, of: &Namespace) -> bool {
        let journal = self.notes.journals.get(of);
        let mut known_users = self.notes.known_users.iter();
        (!self.is_absent && self.store.records(of).is_some())
            || journal.is_some_and(|journal| !journal.is_empty())
            || known_users
                .any(|(server, user)| *server == of.server && Some(user) == of.user.as_ref())
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
    /// A newer version takes the database on that was opened last. Whoever has it open loses it.
    pub(crate) fn upgrade_database(&mut self, profile: usize) {
        let disk = &mut self.profiles[profile].disk;
        let Some(namespace) = disk.opened.last().cloned() else {
            return;
        };
        disk.store.upgrade(&namespace);
        let records = disk.store.records(&namespace).unwrap_or_default();
        disk.newer.insert(namespace.clone(), records);
        self.take_away(profile, &namespace);
    }

    /// Another page wants a database for itself: whoever has it open lets it go.
    fn take_away(&mut self, profile: usize, namespace: &Namespace) {
        for id in self.open_tabs(profile) {
            // One that is busy with it is told then.
            if self.tab(id).disk.namespace.as_ref() == Some(namespace) {
                self.end_connection(id);
            }
        }
    }

    /// The browser ends the connections of a profile to its databases.
    pub(crate) fn lose_connection(&mut self, profile: usize) {
        for id in self.open_tabs(profile) {
            self.end_connection(id);
        }
    }

    fn end_connection(&mut self, id: TabId) {
        let handle = &self.tab(id).disk;
        if handle.is_open && handle.commands.is_empty() {
            self.at_disk(id, StoreCommand::Close);
            self.answer_from_disk(id, vec![StoreEvent::Lost]);
        }
    }

    /// Whether a tab has no database open.
    pub(crate) fn has_no_store(&mut self, id: TabId) -> bool {
        !self.tab(id).disk.is_open
    }

    /// Whether what a logout deletes is there yet.
    pub(crate) fn is_wiping(&self, profile: usize) -> bool {
        let tabs = self.profiles[profile].tabs.iter();
        let mut commands = tabs.flat_map(|tab| &tab.disk.commands);
        commands.any(|command| matches!(command, StoreCommand::Wipe { .. }))
    }

    /// A tab puts something into its journal, or takes it out.
    pub(crate) fn journal_command(&mut self, id: TabId, command: JournalCommand) {
        let Some(namespace) = self.tab(id).disk.namespace.clone() else {
            if let JournalCommand::Put { key, .. } = command {
                let refused = StoreEvent::JournalRefused { key };
                self.tab(id).soon.push_back(Input::Store(refused));
            }
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

    /// From now on the journal, the lock and the channel of a tab are those of this namespace.
    fn belong_to(&mut self, id: TabId, namespace: Option<Namespace>) {
        self.lead_opens(id);
        let tab = self.tab(id);
        let before = tab.disk.namespace.as_ref();
        if tab.disk.namespace == namespace {
            return;
        }
        // Who was nobody yet goes on as whom the server names, unless they log out.
        if namespace.is_none() || before.is_some_and(|before| before.user.is_some()) {
            tab.shown.forget_all();
        }
        self.release_locks(id);
        self.tab(id).disk.namespace = namespace;
    }

    /// A tab wants something of its store, which takes its time.
    pub(crate) fn store_command(&mut self, id: TabId, command: StoreCommand<Json>) {
        match &command {
            StoreCommand::Open {
                id: open,
                namespace,
            } => {
                let disk = &mut self.profiles[id.profile].disk;
                if !disk.opened.contains(namespace) {
                    disk.opened.push(namespace.clone());
                }
                let records = disk.journal(namespace);
                self.belong_to(id, Some(namespace.clone()));
                let journaled = StoreEvent::Journaled { id: *open, records };
                self.tab(id).soon.push_back(Input::Store(journaled));
            }
            StoreCommand::Wipe { namespace, .. } => {
                let disk = &mut self.profiles[id.profile].disk;
                disk.notes.journals.remove(namespace);
                self.wiped(id, namespace);
            }
            StoreCommand::Close => self.belong_to(id, None),
            _ => {}
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
        let now_ms = self.chaos.now_ms;
        let handle = &mut self.tab(id).disk;
        if handle.stalled_until_ms > now_ms {
            let at_ms = handle.stalled_until_ms;
            return self.agenda.plan(at_ms, Event::Disk(id));
        }
        let Some(command) = handle.commands.pop_front() else {
            return;
        };
        if std::mem::take(&mut handle.loses_patience) {
            handle.stalled_until_ms = 0;
            return self.give_up(id, command);
        }
        if let StoreCommand::Wipe { namespace, .. } = &command {
            self.take_away(id.profile, namespace);
        }
        let handle = &mut self.tab(id).disk;
        // Once the other page has let go, it goes on.
        let has_waited = std::mem::take(&mut handle.stalled_until_ms) == now_ms;
        let free_at_ms = self.free_at_ms(id, &command);
        if free_at_ms > now_ms && !has_waited {
            let handle = &mut self.tab(id).disk;
            handle.loses_patience = free_at_ms > now_ms + PATIENCE_MS;
            handle.stalled_until_ms = free_at_ms.min(now_ms + PATIENCE_MS);
            handle.commands.push_front(command);
            let at_ms = handle.stalled_until_ms;
            return self.agenda.plan(at_ms, Event::Disk(id));
        }
        self.carry_out_at_disk(id, command);
    }

    /// A tab is gone, and what it had begun to commit is committed.
    pub(crate) fn commit_rest(&mut self, id: TabId) {
        let is_commit =
            |command: &mut StoreCommand<Json>| matches!(command, StoreCommand::Commit { .. });
        while let Some(command) = self.tab(id).disk.commands.pop_front_if(is_commit) {
            self.at_disk(id, command);
        }
    }

    /// Until when a command has to wait for another page, which may begin to hold its database now.
    fn free_at_ms(&mut self, id: TabId, command: &StoreCommand<Json>) -> u64 {
        let namespace = match command {
            StoreCommand::Open { namespace, .. }
            | StoreCommand::ReadOther { namespace, .. }
            | StoreCommand::Forget { namespace, .. }
            | StoreCommand::Wipe { namespace, .. } => namespace,
            _ => return 0,
        };
        let profile = &mut self.profiles[id.profile];
        if profile.disk.is_absent {
            return 0;
        }
        let blocked_until_ms = profile.disk.blocked.entry(namespace.clone()).or_default();
        if *blocked_until_ms <= self.chaos.now_ms && self.chaos.strikes(Fault::BlockedStore) {
            *blocked_until_ms = self.chaos.now_ms + self.chaos.dice.between(1_000, 20_000);
        }
        *blocked_until_ms
    }

    /// A command takes longer than is waited for. The browser carries it out all the same, once
    /// it can.
    fn give_up(&mut self, id: TabId, command: StoreCommand<Json>) {
        // Before everything that is asked for once it is free.
        let free_at_ms = self.free_at_ms(id, &command) - 1;
        if let StoreCommand::Open { namespace, .. } = &command {
            self.at_disk(id, StoreCommand::Close);
            // It is worked without: what it holds goes when it opens after all.
            if let Some(user) = &namespace.user {
                self.model.passed(id.profile, user);
            }
        }
        if let Some(id_of_command) = command.id() {
            let failure = StoreFailure::Late;
            let failed = StoreEvent::Failed {
                id: id_of_command,
                failure,
            };
            self.answer_from_disk(id, vec![failed]);
        }
        self.agenda.plan(free_at_ms, Event::DiskLate(id, command));
    }

    /// What was given up is carried out; of a database that opens it is told that there is one.
    pub(crate) fn disk_works_late(&mut self, id: TabId, command: StoreCommand<Json>) {
        let handle = &mut self.tab(id).disk;
        match command {
            StoreCommand::Open { .. } => {
                // One that is busy is told when it is done.
                handle.is_found = !handle.commands.is_empty();
                if !handle.is_found && !handle.is_open {
                    self.answer_from_disk(id, vec![StoreEvent::Lost]);
                }
            }
            StoreCommand::ReadOther { .. } => {}
            command => {
                let events = self.at_disk(id, command);
                self.answer_from_disk(id, events);
            }
        }
    }

    fn carry_out_at_disk(&mut self, id: TabId, command: StoreCommand<Json>) {
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
            (None, _) => self.at_disk(id, command),
        };
        self.answer_from_disk(id, events);
    }

    /// Carries a command out, whoever waits for it.
    fn at_disk(&mut self, id: TabId, command: StoreCommand<Json>) -> Vec<StoreEvent<Json>> {
        if let StoreCommand::Wipe { namespace, .. } = &command {
            self.profiles[id.profile].disk.newer.remove(namespace);
            self.wiped(id, namespace);
        }
        let profile = &mut self.profiles[id.profile];
        let mut journal = Vec::new();
        match &command {
            StoreCommand::ReadOther { namespace, .. } => journal = profile.disk.journal(namespace),
            StoreCommand::Forget {
                namespace, records, ..
            } if !profile.disk.is_newer(namespace) => profile.disk.forget(namespace, records),
            _ => {}
        }
        let handle = &mut profile.tabs[id.tab].disk;
        if matches!(command, StoreCommand::Open { .. } | StoreCommand::Close) {
            handle.is_open = false;
        }
        let mut commits_under = None;
        match &command {
            StoreCommand::Open { namespace, .. } => handle.open = Some(namespace.clone()),
            StoreCommand::Wipe { namespace, .. } => profile.fences.forget(namespace),
            StoreCommand::Commit { fence, .. } => commits_under = *fence,
            _ => {}
        }
        let store = &mut profile.disk.store;
        let mut events = store.carry_out(&mut handle.connection, command);
        if let (Some(namespace), Some(answer)) = (&handle.open, events.first()) {
            profile.fences.answered(namespace, commits_under, answer);
        }
        if let Some(StoreEvent::Outbox { outbox, .. }) = events.first_mut() {
            outbox.splice(0..0, journal);
        }
        for event in &events {
            match event {
                StoreEvent::Opened { .. } => handle.is_open = true,
                StoreEvent::Lost => handle.is_open = false,
                _ => {}
            }
        }
        profile.disk.check_newer();
        events
    }

    /// What a user has in a namespace is gone. That is also what was queued since the logout, by
    /// tabs that had heard of it when this one had not.
    fn wiped(&mut self, id: TabId, namespace: &Namespace) {
        let user = namespace.user.as_deref();
        let user = user.unwrap_or(self.profiles[id.profile].user);
        self.model.wiped(id.profile, user);
    }

    /// A tab hears of its store a moment later, if it lives.
    fn answer_from_disk(&mut self, id: TabId, mut events: Vec<StoreEvent<Json>>) {
        let handle = &mut self.tab(id).disk;
        if std::mem::take(&mut handle.is_found) && !handle.is_open {
            events.push(StoreEvent::Lost);
        }
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
