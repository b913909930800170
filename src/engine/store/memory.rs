//! The store in memory: what a driver does with the store's vocabulary, without a browser. It is
//! the reference that IndexedDB is held against, and the disk of the engine's tests.

use std::collections::BTreeMap;

use super::{JournalCommand, Namespace, StoreCommand, StoreEvent, StoreFailure, StoreOp, Table};
use crate::wire::planted::{PlantedBug, is_planted};

/// What one browser profile keeps, for all of its tabs. Each tab has a [`Connection`].
#[derive(Clone, Debug)]
pub struct MemoryStore<V> {
    databases: BTreeMap<Namespace, Database<V>>,
    journals: BTreeMap<Namespace, BTreeMap<String, String>>,
    /// Counts databases, so that one that was made anew is told from the one before it.
    made: u64,
}

/// What one tab has open.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    database: Option<(Namespace, u64)>,
    journal: Option<Namespace>,
}

#[derive(Clone, Debug)]
struct Database<V> {
    number: u64,
    is_newer: bool,
    fence: u64,
    records: BTreeMap<(Table, String), String>,
    messages: BTreeMap<(String, u64), V>,
}

impl<V> Default for MemoryStore<V> {
    fn default() -> Self {
        Self {
            databases: BTreeMap::new(),
            journals: BTreeMap::new(),
            made: 0,
        }
    }
}

impl<V: Clone> MemoryStore<V> {
    /// Carries out one command of a tab at once. What comes back is what the tab hears, in order.
    pub fn carry_out(
        &mut self,
        connection: &mut Connection,
        command: StoreCommand<V>,
    ) -> Vec<StoreEvent<V>> {
        match command {
            StoreCommand::Open { id, namespace } => {
                let records = self.journals.get(&namespace).into_iter().flatten();
                let records = records.map(|(key, text)| (key.clone(), text.clone()));
                let journaled = StoreEvent::Journaled {
                    id,
                    records: records.collect(),
                };
                connection.journal = Some(namespace.clone());
                connection.database = None;
                let opened = match self.open(&namespace) {
                    Ok(database) => {
                        let (fence, records) = (database.fence, database.open_records());
                        connection.database = Some((namespace, database.number));
                        StoreEvent::Opened {
                            id,
                            records,
                            fence,
                            is_loss: false,
                        }
                    }
                    Err(failure) => StoreEvent::Failed { id, failure },
                };
                vec![journaled, opened]
            }
            StoreCommand::Commit { id, fence, ops } => self.answer(connection, id, |database| {
                database.commit(fence, ops)?;
                Ok(StoreEvent::Committed { id })
            }),
            StoreCommand::Lead { id, at_least } => self.answer(connection, id, |database| {
                database.fence = at_least.max(database.fence + 1);
                let (fence, outbox) = (database.fence, database.outbox());
                Ok(StoreEvent::Led { id, fence, outbox })
            }),
            StoreCommand::ReadOutbox { id } => self.answer(connection, id, |database| {
                let outbox = database.outbox();
                Ok(StoreEvent::Outbox { id, outbox })
            }),
            StoreCommand::ReadMessages {
                id,
                room,
                before_seq,
                limit,
            } => self.answer(connection, id, |database| {
                let messages = database.newest(&room, before_seq, limit);
                let record = database.record(Table::Rooms, &room);
                Ok(StoreEvent::Messages {
                    id,
                    record,
                    messages,
                })
            }),
            StoreCommand::ReadOther { id, namespace } => {
                let journal = self.journals.get(&namespace).into_iter().flatten();
                let mut outbox: Vec<_> = journal
                    .map(|(key, text)| (key.clone(), text.clone()))
                    .collect();
                vec![match self.open(&namespace) {
                    Ok(database) => {
                        outbox.extend(database.outbox());
                        StoreEvent::Outbox { id, outbox }
                    }
                    Err(failure) => StoreEvent::Failed { id, failure },
                }]
            }
            StoreCommand::Forget {
                id,
                namespace,
                records,
            } => {
                let database = self.databases.get_mut(&namespace);
                if database.as_ref().is_some_and(|database| database.is_newer) {
                    let failure = StoreFailure::NewerSchema;
                    return vec![StoreEvent::Failed { id, failure }];
                }
                let database = database.map(|database| &mut database.records);
                let (mut stored, mut journaled) = (database, self.journals.get_mut(&namespace));
                for (key, text) in records {
                    if let Some(stored) = &mut stored {
                        let key = (Table::Outbox, key.clone());
                        forget(stored, &key, &text);
                    }
                    if let Some(journaled) = &mut journaled {
                        forget(journaled, &key, &text);
                    }
                }
                vec![StoreEvent::Committed { id }]
            }
            StoreCommand::Wipe { id, namespace } => {
                self.journals.remove(&namespace);
                self.databases.remove(&namespace);
                let open = connection.database.as_ref();
                if open.is_some_and(|(open, _)| *open == namespace) {
                    connection.database = None;
                }
                vec![StoreEvent::Committed { id }]
            }
            StoreCommand::Close => {
                *connection = Connection::default();
                Vec::new()
            }
        }
    }

    /// Carries out one command of a tab's journal; what is read comes back, or a refusal.
    pub fn journal(
        &mut self,
        connection: &Connection,
        command: JournalCommand,
    ) -> Option<StoreEvent<V>> {
        let journal = connection
            .journal
            .clone()
            .map(|namespace| self.journals.entry(namespace).or_default());
        match (command, journal) {
            (JournalCommand::Put { key, text }, Some(journal)) => {
                journal.insert(key, text);
            }
            (JournalCommand::Put { key, .. }, None) => {
                return Some(StoreEvent::JournalRefused { key });
            }
            (JournalCommand::Remove { key }, Some(journal)) => {
                journal.remove(&key);
            }
            (JournalCommand::Read, Some(journal)) => {
                let records = journal.iter();
                let records = records.map(|(key, text)| (key.clone(), text.clone()));
                let records = records.collect();
                return Some(StoreEvent::JournalRead { records });
            }
            (JournalCommand::Remove { .. } | JournalCommand::Read, None) => {}
        }
        None
    }

    /// Every record of a namespace's database, whoever wrote it; `None` where there is none.
    pub fn records(&self, namespace: &Namespace) -> Option<Vec<(Table, String, String)>> {
        let records = self.databases.get(namespace)?.records.iter();
        let records = records.map(|((table, key), text)| (*table, key.clone(), text.clone()));
        Some(records.collect())
    }

    /// Takes a namespace's database away, as a browser does that runs out of room. Tabs that had
    /// it open lose it.
    pub fn evict(&mut self, namespace: &Namespace) {
        self.databases.remove(namespace);
    }

    /// Makes a namespace's database one that a newer version of this package wrote.
    pub fn upgrade(&mut self, namespace: &Namespace) {
        self.made += 1;
        let number = self.made;
        let made = self.databases.entry(namespace.clone());
        let database = made.or_insert_with(|| Database::new(number));
        database.number = number;
        database.is_newer = true;
    }

    fn open(&mut self, namespace: &Namespace) -> Result<&Database<V>, StoreFailure> {
        let made = &mut self.made;
        let database = self.databases.entry(namespace.clone());
        let database = database.or_insert_with(|| {
            *made += 1;
            Database::new(*made)
        });
        if database.is_newer {
            return Err(StoreFailure::NewerSchema);
        }
        Ok(database)
    }

    /// Answers with what `work` does to the open database. Without one there is no store; one
    /// that was taken away is lost.
    fn answer(
        &mut self,
        connection: &mut Connection,
        id: super::StoreId,
        work: impl FnOnce(&mut Database<V>) -> Result<StoreEvent<V>, StoreFailure>,
    ) -> Vec<StoreEvent<V>> {
        let Some((namespace, number)) = &connection.database else {
            let failure = StoreFailure::Unavailable;
            return vec![StoreEvent::Failed { id, failure }];
        };
        let database = self.databases.get_mut(namespace);
        let Some(database) = database.filter(|database| database.number == *number) else {
            connection.database = None;
            let failure = StoreFailure::Aborted;
            return vec![StoreEvent::Failed { id, failure }, StoreEvent::Lost];
        };
        let answer = work(database);
        vec![answer.unwrap_or_else(|failure| StoreEvent::Failed { id, failure })]
    }
}

/// Takes a record out that is still this one.
fn forget<K: Ord>(records: &mut BTreeMap<K, String>, key: &K, text: &str) {
    if records.get(key).is_some_and(|known| known == text) {
        records.remove(key);
    }
}

impl<V: Clone> Database<V> {
    fn new(number: u64) -> Self {
        Self {
            number,
            is_newer: false,
            fence: 0,
            records: BTreeMap::new(),
            messages: BTreeMap::new(),
        }
    }

    fn open_records(&self) -> Vec<(Table, String, String)> {
        let records = self.records.iter();
        records
            .filter(|((table, _), _)| *table != Table::Quarantine)
            .map(|((table, key), text)| (*table, key.clone(), text.clone()))
            .collect()
    }

    fn record(&self, table: Table, key: &str) -> Option<String> {
        self.records.get(&(table, key.to_owned())).cloned()
    }

    fn outbox(&self) -> Vec<(String, String)> {
        let records = self.records.iter();
        records
            .filter(|((table, _), _)| *table == Table::Outbox)
            .map(|((_, key), text)| (key.clone(), text.clone()))
            .collect()
    }

    fn newest(&self, room: &str, before_seq: Option<u64>, limit: u32) -> Vec<V> {
        let (first, end) = ((room.to_owned(), 0), before_seq.unwrap_or(u64::MAX));
        let messages = self.messages.range(first..(room.to_owned(), end));
        let newest = messages.rev().take(limit as usize);
        let mut messages: Vec<V> = newest.map(|(_, body)| body.clone()).collect();
        messages.reverse();
        messages
    }

    fn commit(&mut self, fence: Option<u64>, ops: Vec<StoreOp<V>>) -> Result<(), StoreFailure> {
        let is_stale = fence.is_some_and(|fence| fence < self.fence);
        if is_stale && !is_planted(PlantedBug::StoreTakesStaleWrites) {
            return Err(StoreFailure::Fenced);
        }
        for op in &ops {
            if let StoreOp::Expect { table, key, text } = op
                && self
                    .records
                    .get(&(*table, key.clone()))
                    .map_or("", |text| text)
                    != text
            {
                return Err(StoreFailure::Stale);
            }
        }
        for op in ops {
            match op {
                StoreOp::Expect { .. } => {}
                StoreOp::Put { table, key, text } => {
                    self.records.insert((table, key), text);
                }
                StoreOp::Delete { table, key } => {
                    self.records.remove(&(table, key));
                }
                StoreOp::PutMessage { room, seq, body } => {
                    self.messages.insert((room, seq), body);
                }
                StoreOp::DeleteMessages { room, before_seq } => {
                    self.messages
                        .retain(|(of, seq), _| *of != room || *seq >= before_seq);
                }
            }
        }
        Ok(())
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::Value as Json;

    use super::super::conformance;
    use super::*;
    use crate::engine::store::StoreId;

    #[test]
    fn it_does_what_every_store_does() {
        for case in conformance::cases::<Json>() {
            let mut store = MemoryStore::default();
            let mut tabs = [Connection::default(), Connection::default()];
            for (number, step) in case.steps.into_iter().enumerate() {
                let heard = store.carry_out(&mut tabs[step.tab], step.command);
                let heard = conformance::describe(&heard);
                assert_eq!(heard, step.heard, "{}: step {number}", case.name);
            }
        }
    }

    fn open(store: &mut MemoryStore<Json>, tab: &mut Connection) -> String {
        let (id, namespace) = (StoreId(7), conformance::namespace("ann"));
        conformance::describe(&store.carry_out(tab, StoreCommand::Open { id, namespace }))
    }

    #[test]
    fn a_journal_is_of_the_open_namespace_and_outlives_its_tab() {
        let (mut store, mut tab) = (MemoryStore::default(), Connection::default());
        let put = || JournalCommand::Put {
            key: "t:1".to_owned(),
            text: "x".to_owned(),
        };
        let refused = store.journal(&tab, put());
        assert!(matches!(refused, Some(StoreEvent::JournalRefused { key }) if key == "t:1"));
        assert_eq!(open(&mut store, &mut tab), "journaled; opened, fence 0");
        assert!(store.journal(&tab, put()).is_none());
        let mut next = Connection::default();
        assert_eq!(
            open(&mut store, &mut next),
            "journaled t:1=x; opened, fence 0"
        );
        let key = "t:1".to_owned();
        store.journal(&next, JournalCommand::Remove { key });
        assert_eq!(open(&mut store, &mut tab), "journaled; opened, fence 0");
    }

    #[test]
    fn a_store_of_a_newer_version_is_refused_and_stays_as_it_is() {
        let (mut store, mut tab) = (MemoryStore::default(), Connection::default());
        open(&mut store, &mut tab);
        store.upgrade(&conformance::namespace("ann"));
        for _ in 0..2 {
            assert_eq!(open(&mut store, &mut tab), "journaled; failed: NewerSchema");
            let forget = StoreCommand::Forget {
                id: StoreId(7),
                namespace: conformance::namespace("ann"),
                records: Vec::new(),
            };
            let heard = store.carry_out(&mut tab, forget);
            assert_eq!(conformance::describe(&heard), "failed: NewerSchema");
        }
    }

    #[test]
    fn an_evicted_store_is_lost_once_and_opens_empty() {
        let (mut store, mut tab) = (MemoryStore::default(), Connection::default());
        open(&mut store, &mut tab);
        store.evict(&conformance::namespace("ann"));
        let id = StoreId(7);
        let heard = store.carry_out(&mut tab, StoreCommand::Lead { id, at_least: 0 });
        assert_eq!(conformance::describe(&heard), "failed: Aborted; lost");
        assert_eq!(open(&mut store, &mut tab), "journaled; opened, fence 0");
    }
}
