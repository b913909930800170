//! Carries out what the engine asks of its store, one command after the other, by IndexedDB.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::indexed_db::{Database, Guard, Part, Trouble, record};
use super::journal::Journal;
use super::namespace;
use crate::engine::config::STORE_TRIES;
use crate::engine::store::{
    Namespace, StoreCommand, StoreEvent, StoreFailure, StoreId, StoreOp, Table,
};

/// How long after a database was not opened it is tried again, in milliseconds; twice as long each
/// time that the engine's tries at once have not helped either.
const OPEN_AGAIN_MS: u32 = 1_000;
/// How often it is tried before there is taken to be none: for half a minute.
const MAX_OPEN_FAILURES: u32 = 5 * (STORE_TRIES + 1);

/// The store of one client. Dropping it closes its database, and nothing comes from it any more.
pub(crate) struct Store {
    shared: Rc<Shared>,
    taken: Closure<dyn FnMut(String)>,
}

struct Shared {
    patience_ms: u32,
    tell: Box<dyn Fn(StoreEvent<JsValue>)>,
    waiting: RefCell<VecDeque<StoreCommand<JsValue>>>,
    database: RefCell<Option<Rc<Database>>>,
    /// The name of the database that is open.
    name: RefCell<String>,
    /// The command that is under way; one that was given up is no longer in turn.
    turn: Cell<u32>,
    busy: Cell<bool>,
    /// The database that is open was taken away while a command was under way.
    taken: Cell<bool>,
    /// A database that was given up opened while a command was under way.
    found: Cell<bool>,
    patience: RefCell<Option<Timeout>>,
    /// The command under way is to open a database.
    opens: Cell<bool>,
    /// How often in a row none was opened, for a reason that may pass; and when it is tried again.
    failures: Cell<u32>,
    again: RefCell<Option<Timeout>>,
}

impl Store {
    /// A store with nothing open. Every answer goes to `tell`, never from within a call. What is
    /// neither opened nor deleted after `patience_ms` is answered as not there.
    pub(crate) fn new(patience_ms: u32, tell: impl Fn(StoreEvent<JsValue>) + 'static) -> Self {
        let shared = Rc::new(Shared {
            patience_ms,
            tell: Box::new(tell),
            waiting: RefCell::default(),
            database: RefCell::default(),
            name: RefCell::default(),
            turn: Cell::new(0),
            busy: Cell::new(false),
            taken: Cell::new(false),
            found: Cell::new(false),
            patience: RefCell::new(None),
            opens: Cell::new(false),
            failures: Cell::new(0),
            again: RefCell::new(None),
        });
        let weak = Rc::downgrade(&shared);
        let taken = Closure::<dyn FnMut(String)>::new(move |name: String| {
            if let Some(shared) = weak.upgrade() {
                shared.taken_away(&name);
            }
        });
        idb::watch(taken.as_ref().unchecked_ref());
        Self { shared, taken }
    }

    /// Carries a command out when those before it are answered.
    pub(crate) fn carry_out(&self, command: StoreCommand<JsValue>) {
        self.shared.waiting.borrow_mut().push_back(command);
        self.shared.proceed();
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        idb::unwatch(self.taken.as_ref().unchecked_ref());
        self.shared.waiting.take();
        self.shared.patience.take();
        self.shared.again.take();
        self.shared.close();
    }
}

impl Shared {
    /// Begins the next command, if none is under way.
    fn proceed(self: &Rc<Self>) {
        while !self.busy.get() {
            let next = self.waiting.borrow_mut().pop_front();
            match next {
                None => return,
                Some(StoreCommand::Close) => self.close(),
                Some(command) => self.begin(command),
            }
        }
    }

    fn begin(self: &Rc<Self>, command: StoreCommand<JsValue>) {
        self.busy.set(true);
        let turn = self.turn.get();
        let id = id_of(&command);
        let opens = matches!(command, StoreCommand::Open { .. });
        self.opens.set(opens);
        match &command {
            StoreCommand::Open { .. } => {
                self.close();
                self.again.take();
                self.lose_patience_later(id);
            }
            StoreCommand::ReadOther { .. } | StoreCommand::Forget { .. } => {
                self.lose_patience_later(id);
            }
            StoreCommand::Wipe { namespace, .. } => {
                if *self.name.borrow() == namespace::database(namespace) {
                    self.close();
                }
                self.lose_patience_later(id);
            }
            _ => {}
        }
        let database = self.database.borrow().clone();
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let outcome = perform(database, command).await;
            // Without the store, what was opened closes as it is dropped.
            let Some(shared) = weak.upgrade() else { return };
            match outcome {
                outcome if shared.turn.get() == turn => shared.finish(id, outcome),
                Ok((Some(_), _)) => shared.found_late(),
                // What was to be deleted is, after all.
                Ok((None, event)) => (shared.tell)(event),
                Err(_) => {}
            }
        });
    }

    fn finish(self: &Rc<Self>, id: StoreId, outcome: Result<Done, Trouble>) {
        let (event, is_lost) = match outcome {
            Ok((opened, event)) => {
                if let Some((name, database)) = opened {
                    self.failures.set(0);
                    self.name.replace(name);
                    self.database.replace(Some(database));
                }
                (event, false)
            }
            Err(Trouble::Failed(failure)) => {
                let failure = match failure {
                    StoreFailure::Aborted if self.opens.get() => self.not_opened(),
                    failure => failure,
                };
                (StoreEvent::Failed { id, failure }, false)
            }
            Err(Trouble::Lost) => {
                let failure = StoreFailure::Aborted;
                (StoreEvent::Failed { id, failure }, true)
            }
        };
        let is_lost = is_lost || (self.taken.take() && self.database.borrow().is_some());
        if is_lost {
            self.close();
        }
        self.patience.take();
        self.turn.set(self.turn.get().wrapping_add(1));
        self.busy.set(false);
        (self.tell)(event);
        let is_found = self.found.take() && self.database.borrow().is_none();
        if is_lost || is_found {
            (self.tell)(StoreEvent::Lost);
        }
        self.proceed();
    }

    /// A database was not opened, for a reason that may pass. Whoever asks goes on without it for
    /// now, and hears when to ask again; in the end there is taken to be none.
    fn not_opened(self: &Rc<Self>) -> StoreFailure {
        let failures = self.failures.get();
        if failures == MAX_OPEN_FAILURES {
            return StoreFailure::Unavailable;
        }
        self.failures.set(failures + 1);
        let weak = Rc::downgrade(self);
        let again = Timeout::new(OPEN_AGAIN_MS << (failures / (STORE_TRIES + 1)), move || {
            if let Some(shared) = weak.upgrade() {
                shared.found_late();
            }
        });
        self.again.replace(Some(again));
        StoreFailure::Aborted
    }

    /// Another page may hold the database as it is, and be frozen: it is not waited for longer.
    fn lose_patience_later(self: &Rc<Self>, id: StoreId) {
        let weak = Rc::downgrade(self);
        let patience = Timeout::new(self.patience_ms, move || {
            if let Some(shared) = weak.upgrade() {
                shared.finish(id, Err(Trouble::Failed(StoreFailure::Late)));
            }
        });
        self.patience.replace(Some(patience));
    }

    /// A database opened after it was given up. It was closed again, but will open at once now.
    fn found_late(&self) {
        if self.busy.get() {
            self.found.set(true);
        } else if self.database.borrow().is_none() {
            (self.tell)(StoreEvent::Lost);
        }
    }

    /// The page's database was deleted, upgraded by a newer page, or cleared away.
    fn taken_away(&self, name: &str) {
        if *self.name.borrow() != name {
            return;
        }
        if self.busy.get() {
            return self.taken.set(true);
        }
        self.close();
        (self.tell)(StoreEvent::Lost);
    }

    fn close(&self) {
        self.name.take();
        self.database.take();
    }
}

/// What is open now, if that changed, and the answer.
type Done = (Option<(String, Rc<Database>)>, StoreEvent<JsValue>);

async fn perform(
    mut open: Option<Rc<Database>>,
    command: StoreCommand<JsValue>,
) -> Result<Done, Trouble> {
    let mut opened = None;
    let (id, guard, parts, answer): (_, _, _, Answer) = match command {
        StoreCommand::Open { id, namespace } => {
            let name = namespace::database(&namespace);
            let database = Rc::new(Database::open(&name).await?);
            open = Some(database.clone());
            opened = Some((name, database));
            (
                id,
                Guard::Read,
                LOADED.map(Part::Read).into(),
                answer_opened,
            )
        }
        StoreCommand::ReadOther { id, namespace } => {
            let mut outbox = Journal::open(&namespace).records();
            if let Some(other) = other(&namespace).await? {
                outbox.append(&mut outbox_of(&other).await?);
            }
            return Ok((None, StoreEvent::Outbox { id, outbox }));
        }
        StoreCommand::Forget {
            id,
            namespace,
            records,
        } => {
            if let Some(other) = other(&namespace).await? {
                let mut parts = Vec::new();
                let stored = outbox_of(&other).await?;
                for (key, text) in stored.into_iter().filter(|it| records.contains(it)) {
                    let table = Table::Outbox;
                    let delete = StoreOp::Delete {
                        table,
                        key: key.clone(),
                    };
                    parts.push(Part::Change(StoreOp::Expect { table, key, text }));
                    parts.push(Part::Change(delete));
                }
                other.transact(Guard::Write(None), parts).await?;
            }
            Journal::open(&namespace).forget(&records);
            return Ok((None, StoreEvent::Committed { id }));
        }
        StoreCommand::Wipe { id, namespace } => {
            let name = namespace::database(&namespace);
            let mut tries = 1;
            while let Err(trouble) = Database::delete(&name).await {
                if trouble != Trouble::Failed(StoreFailure::Aborted) || tries == STORE_TRIES {
                    return Err(trouble);
                }
                tries += 1;
            }
            return Ok((None, StoreEvent::Committed { id }));
        }
        StoreCommand::Commit { id, fence, ops } => {
            let parts = ops.into_iter().map(Part::Change).collect();
            (id, Guard::Write(fence), parts, |id, _, _| {
                StoreEvent::Committed { id }
            })
        }
        StoreCommand::Lead { id, at_least } => {
            let parts = vec![Part::Read(Table::Outbox)];
            (id, Guard::Raise { at_least }, parts, |id, fence, given| {
                let outbox = records(given);
                StoreEvent::Led { id, fence, outbox }
            })
        }
        StoreCommand::ReadOutbox { id } => {
            let parts = vec![Part::Read(Table::Outbox)];
            (id, Guard::Read, parts, |id, _, given| {
                let outbox = records(given);
                StoreEvent::Outbox { id, outbox }
            })
        }
        StoreCommand::ReadMessages {
            id,
            room,
            before_seq,
            limit,
        } => {
            let beside = Part::ReadOne(Table::Rooms, room.clone());
            let newest = Part::ReadMessages {
                room,
                before_seq,
                limit,
            };
            (id, Guard::Read, vec![beside, newest], |id, _, given| {
                let mut given = given.into_iter();
                let beside = given.next().unwrap_or_default();
                StoreEvent::Messages {
                    id,
                    record: beside.first().map(|row| record(row).1),
                    messages: given.flatten().rev().collect(),
                }
            })
        }
        // It is carried out at once, and has no answer.
        StoreCommand::Close => return Err(Trouble::Lost),
    };
    let open = open.ok_or(Trouble::Failed(StoreFailure::Unavailable))?;
    let (fence, given) = open.transact(guard, parts).await?;
    let mut event = answer(id, fence, given);
    if let StoreEvent::Opened { is_loss, .. } = &mut event {
        *is_loss = idb::take_loss();
    }
    Ok((opened, event))
}

/// The database of a namespace that is not the open one; `None` where there is no store.
async fn other(namespace: &Namespace) -> Result<Option<Database>, Trouble> {
    match Database::open(&namespace::database(namespace)).await {
        Err(Trouble::Failed(StoreFailure::Unavailable)) => Ok(None),
        opened => opened.map(Some),
    }
}

async fn outbox_of(other: &Database) -> Result<Vec<(String, String)>, Trouble> {
    let parts = vec![Part::Read(Table::Outbox)];
    let (_, given) = other.transact(Guard::Read, parts).await?;
    Ok(records(given))
}

/// What is loaded when a database is opened: all but what was set aside.
const LOADED: [Table; 4] = [Table::Outbox, Table::Rooms, Table::Receipts, Table::Meta];

/// Makes the answer of the fence, and of what each part of the transaction gave.
type Answer = fn(StoreId, u64, Vec<Vec<JsValue>>) -> StoreEvent<JsValue>;

fn answer_opened(id: StoreId, fence: u64, given: Vec<Vec<JsValue>>) -> StoreEvent<JsValue> {
    let mut records = Vec::new();
    for (table, rows) in LOADED.into_iter().zip(given) {
        for row in rows {
            let (key, text) = record(&row);
            records.push((table, key, text));
        }
    }
    StoreEvent::Opened {
        id,
        records,
        fence,
        is_loss: false,
    }
}

fn records(given: Vec<Vec<JsValue>>) -> Vec<(String, String)> {
    given.iter().flatten().map(record).collect()
}

fn id_of(command: &StoreCommand<JsValue>) -> StoreId {
    match command {
        StoreCommand::Open { id, .. }
        | StoreCommand::Commit { id, .. }
        | StoreCommand::Lead { id, .. }
        | StoreCommand::ReadOutbox { id }
        | StoreCommand::ReadMessages { id, .. }
        | StoreCommand::ReadOther { id, .. }
        | StoreCommand::Forget { id, .. }
        | StoreCommand::Wipe { id, .. } => *id,
        StoreCommand::Close => StoreId(0),
    }
}
