//! What a tab has of its browser profile: the store, the journal, the lock and the channel of the
//! namespace that is open.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::journal::Journal;
use super::namespace;
use super::store::Store;
use super::tab_channel::TabChannel;
use super::tab_lock::TabLock;
use crate::engine::input::Input;
use crate::engine::store::{JournalCommand, Namespace, StoreCommand, StoreEvent};
use crate::engine::tabs::{LockCommand, LockEvent};

/// How long a database may take to open, or to be deleted, before there is taken to be none, in
/// milliseconds: another page may hold it as it is, and be frozen.
const PATIENCE_MS: u32 = 5_000;

/// Carries out what the engine asks of the profile. Dropping it leaves nothing open or locked,
/// and nothing comes from it any more.
pub(crate) struct Profile {
    patience_ms: u32,
    tell: Rc<dyn Fn(Input<JsValue>)>,
    store: Option<Store>,
    open: Option<Open>,
}

struct Open {
    journal: Journal,
    lock: TabLock,
    channel: Option<TabChannel>,
}

impl Profile {
    /// Nothing is open. What comes of itself goes to `tell`, never from within a call.
    pub(crate) fn new(tell: impl Fn(Input<JsValue>) + 'static) -> Self {
        Self::with_patience(PATIENCE_MS, tell)
    }

    /// As [`Profile::new`], with another time that a database may take.
    pub(crate) fn with_patience(patience_ms: u32, tell: impl Fn(Input<JsValue>) + 'static) -> Self {
        Self {
            patience_ms,
            tell: Rc::new(tell),
            store: None,
            open: None,
        }
    }

    /// Carries out a command of the store. What is heard at once comes back.
    pub(crate) fn keep(&mut self, command: StoreCommand<JsValue>) -> Option<Input<JsValue>> {
        let mut heard = None;
        match &command {
            StoreCommand::Open { id, namespace } => {
                let open = self.open(namespace);
                let (id, records) = (*id, open.journal.records());
                heard = Some(Input::Store(StoreEvent::Journaled { id, records }));
                self.open = Some(open);
            }
            StoreCommand::Wipe { namespace, .. } => Journal::open(namespace).wipe(),
            StoreCommand::Close => self.open = None,
            _ => {}
        }
        let tell = &self.tell;
        let store = self.store.get_or_insert_with(|| {
            let tell = tell.clone();
            Store::new(self.patience_ms, move |event| tell(Input::Store(event)))
        });
        store.carry_out(command);
        heard
    }

    /// Carries out a command of the journal. What is read comes back, or a refusal.
    pub(crate) fn journal(&self, command: JournalCommand) -> Option<Input<JsValue>> {
        let refused = match (&self.open, command) {
            (open, JournalCommand::Read) => {
                let records = open.as_ref()?.journal.records();
                return Some(Input::Store(StoreEvent::JournalRead { records }));
            }
            (Some(open), command) => open.journal.carry_out(command).err()?,
            (None, JournalCommand::Put { key, .. }) => key,
            (None, JournalCommand::Remove { .. }) => return None,
        };
        Some(Input::Store(StoreEvent::JournalRefused { key: refused }))
    }

    /// Carries out a command of the lock.
    pub(crate) fn lock(&self, command: LockCommand) -> Option<Input<JsValue>> {
        let Some(open) = &self.open else {
            let is_request = command != LockCommand::Release;
            return is_request.then_some(Input::Lock(LockEvent::Unavailable));
        };
        open.lock.carry_out(command);
        None
    }

    /// Posts a message to the other tabs.
    pub(crate) fn post(&self, message: &JsValue) {
        let channel = self.open.as_ref().and_then(|open| open.channel.as_ref());
        if let Some(channel) = channel {
            channel.post(message);
        }
    }

    fn open(&self, namespace: &Namespace) -> Open {
        let name = namespace::tabs(namespace);
        let (locked, came) = (self.tell.clone(), self.tell.clone());
        Open {
            journal: Journal::open(namespace),
            lock: TabLock::new(&name, move |event| locked(Input::Lock(event))),
            channel: TabChannel::join(&name, move |message| came(Input::TabMessage(message))),
        }
    }
}
