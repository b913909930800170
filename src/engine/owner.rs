//! Whose records are kept: of which server, and of which user there. What one user queued is
//! never sent, nor shown, as another.

use super::Parts;
use super::error::ClientError;
use super::input::RequestId;
use super::output::Output;
use super::store::{Keeper, Kept, Namespace, Purpose, StoreFailure, StoreOp, Table};
use crate::socketio::Value;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;

/// Users, by server, and what is under way from one to another.
#[derive(Debug, Default)]
pub(crate) struct Owner {
    /// Whom each server named last, as the driver remembers it.
    known: Vec<(String, String)>,
    /// Named by the server while nobody's store was being opened.
    next: Option<String>,
    /// The user was not known, here or in an earlier page: what was left then is not known yet.
    is_searching: bool,
    /// What was found under nobody's name, until it is kept as the user's.
    found: Vec<(String, String)>,
    /// What was seen there last, and not taken yet.
    seen: Vec<(String, String)>,
    /// What this tab moved is kept under nobody's name yet, too.
    has_copies: bool,
    /// Promises of `logout()`.
    leaving: Vec<RequestId>,
}

impl Owner {
    pub(crate) fn new(known: Vec<(String, String)>) -> Self {
        Self {
            known,
            ..Self::default()
        }
    }

    /// Whether it is known what is stored for the user.
    pub(crate) fn is_settled<V: Value>(&self, keep: &Keeper<V>) -> bool {
        keep.is_settled() && self.next.is_none() && !self.is_searching
    }

    /// Whether what this tab has taken out may still be found under nobody's name.
    pub(crate) fn has_copies(&self) -> bool {
        self.has_copies
    }

    /// Nothing is left there of what this tab moved.
    pub(crate) fn copies_gone(&mut self) {
        self.has_copies = false;
    }

    fn last_user(&self, server: &str) -> Option<String> {
        let found = self.known.iter().find(|(known, _)| known == server);
        found.map(|(_, user)| user.clone())
    }

    fn remember(&mut self, server: &str, user: Option<&str>) {
        self.known.retain(|(known, _)| known != server);
        if let Some(user) = user {
            self.known.push((server.to_owned(), user.to_owned()));
        }
    }
}

impl<V: Value> Parts<'_, '_, V> {
    /// Opens the store, if nothing was opened yet.
    pub(super) fn open_store(&mut self) {
        if self.up.ctx.keep.namespace().is_none() {
            let namespace = self.namespace();
            let is_said = self.up.ctx.settings.user_id.is_some();
            self.owner.is_searching = namespace.user.is_some() && !is_said;
            self.up.ctx.open_store(namespace);
        }
    }

    /// The settings changed: they may name another server, or another user.
    pub(super) fn settings_changed(&mut self) {
        let Some(current) = self.up.ctx.keep.namespace() else {
            return self.open_store();
        };
        let next = self.namespace();
        if current.server != next.server {
            return self.change_owner(next);
        }
        if let Some(user) = self.up.ctx.settings.user_id.clone()
            && current.user.as_ref() != Some(&user)
        {
            self.change_user(user);
        }
    }

    fn namespace(&self) -> Namespace {
        let server = self.up.ctx.settings.endpoint.address();
        let said = self.up.ctx.settings.user_id.clone();
        let user = said.or_else(|| self.owner.last_user(&server));
        Namespace { server, user }
    }

    /// The server said who we are.
    pub(super) fn user_named(&mut self, user: &str) {
        self.open_store();
        let Some(current) = self.up.ctx.keep.namespace() else {
            return;
        };
        if current.user.as_deref() == Some(user) {
            return self.remember_user(user);
        }
        self.change_user(user.to_owned());
    }

    fn change_user(&mut self, user: String) {
        let Some(current) = self.up.ctx.keep.namespace() else {
            return;
        };
        // What is stored for nobody yet is not known before the store is open.
        if current.user.is_none() && !self.up.ctx.keep.is_settled() {
            self.outbox.set_user(Some(user.clone()));
            self.owner.next = Some(user);
            return;
        }
        let next = Namespace {
            server: current.server.clone(),
            user: Some(user),
        };
        self.change_owner(next);
    }

    /// The store is open, or there is none: what waited for that goes on.
    pub(super) fn owner_opened(&mut self) {
        if let Some(user) = self.owner.next.take() {
            self.user_named(&user);
        } else if self.owner.is_searching || self.up.ctx.keep.is_memory_only() {
            self.look_for_more();
        }
    }

    fn change_owner(&mut self, next: Namespace) {
        let Some(current) = self.up.ctx.keep.namespace().cloned() else {
            return;
        };
        self.tabs.stop(self.up.ctx);
        self.outbox.set_user(None);
        self.owner.found.clear();
        if let Some(user) = &next.user {
            self.remember_user(user);
        }
        self.owner.has_copies = false;
        if current.server == next.server && current.user.is_none() {
            self.owner.is_searching = true;
            self.owner.has_copies = true;
            // What others queued is found where they keep it: this tab may not know all of it.
            self.outbox.leave_others(self.up.ctx, self.rooms);
            self.up.ctx.open_store(next);
            self.outbox.move_in(self.up.ctx);
            self.delivery.store_again();
            self.sync.store_again();
            return;
        }
        self.owner.is_searching = false;
        self.owner.next = None;
        let text = "another user signed in: the message stays queued for the one who wrote it";
        let error = ClientError::new(ErrorCode::Cancelled, text);
        self.outbox.empty(self.up.ctx, self.rooms, &error);
        self.rooms.reset_timelines(self.up.ctx);
        self.delivery.reset(self.up.ctx);
        self.presence.reset(self.up.ctx);
        self.typing.reset(self.up.ctx);
        self.sync.reset(self.up.ctx);
        self.up.ctx.open_store(next);
    }

    /// Looks for what is left from before the user was known: of a page that is gone, or of a tab
    /// that does not know the user yet.
    pub(super) fn look_for_more(&mut self) {
        // What is hidden goes before it.
        if self.up.ctx.keep.is_hidden() {
            self.owner.is_searching = false;
            return;
        }
        let nobody = self.nobody();
        if nobody != self.up.ctx.keep.namespace().cloned() && self.owner.found.is_empty() {
            let nobody = nobody.into_iter();
            nobody.for_each(|nobody| self.up.ctx.keep.read_other(self.up.ctx.outputs, nobody));
        }
    }

    /// What is left under nobody's name goes on as the user's. It is forgotten there once it is
    /// kept here, record by record: a tab may be adding to it.
    pub(super) fn left_behind(&mut self, left: Result<Vec<(String, String)>, StoreFailure>) {
        // What could not be read, or not be kept, stays, and is looked for again.
        let left = match left {
            Ok(left) if !self.up.ctx.keep.is_hidden() => Some(left),
            Err(StoreFailure::Unavailable) => Some(Vec::new()),
            _ => None,
        };
        let is_read = left.is_some();
        let left = left.unwrap_or_default();
        let is_first = std::mem::take(&mut self.owner.is_searching);
        let is_last = is_first || self.up.ctx.keep.is_memory_only();
        if !is_last && left != self.owner.seen {
            // A tab may be in the middle of adding to it, or about to learn who the user is.
            self.tabs.look_soon(self.up.ctx);
            self.owner.seen = left;
            return;
        }
        let found = self
            .outbox
            .move_more(&mut self.up, self.rooms, left, is_first);
        self.owner.found = found;
        if self.owner.found.is_empty() {
            self.owner.has_copies &= !is_read;
            return;
        }
        // Told once everything before it is kept.
        let op = StoreOp::Delete {
            table: Table::Meta,
            key: "moved".to_owned(),
        };
        self.up.ctx.keep.urgent(op, Purpose::Moved);
    }

    /// What was left under nobody's name is kept as the user's, or will not be.
    pub(super) fn moved(&mut self, kept: Kept) {
        let found = std::mem::take(&mut self.owner.found);
        // A store that was taken away is opened again, a hidden one may be found: it stays.
        if kept != Kept::Dropped
            && !self.up.ctx.keep.is_hidden()
            && let Some(nobody) = self.nobody()
        {
            self.up.ctx.keep.forget(self.up.ctx.outputs, nobody, found);
        }
    }

    /// The namespace of whoever is not known yet, at the server of the one that is open.
    fn nobody(&self) -> Option<Namespace> {
        let server = self.up.ctx.keep.namespace()?.server.clone();
        Some(Namespace { server, user: None })
    }

    fn remember_user(&mut self, user: &str) {
        let server = self.up.ctx.settings.endpoint.address();
        if self.owner.last_user(&server).as_deref() == Some(user) {
            return;
        }
        self.owner.remember(&server, Some(user));
        let user = Some(user.to_owned());
        self.up
            .ctx
            .outputs
            .push_back(Output::RememberUser { server, user });
    }

    /// Whether what is queued may go over this connection: it is the owner's, as far as the
    /// server says whose it is.
    pub(super) fn is_owners_connection(&self) -> bool {
        let owner = self.up.ctx.keep.namespace();
        match self.up.connection.user_id() {
            Some(user) => owner.and_then(|owner| owner.user.as_deref()) == Some(user),
            None => !self.up.connection.has_capability(capability::MESSAGES),
        }
    }

    /// The app logs out: nothing of the user is left, here or in other tabs.
    pub(super) fn log_out(&mut self, request: RequestId) {
        self.owner.leaving.push(request);
        // Where nothing is open, no tab would hear it.
        self.open_store();
        self.up.ctx.say("logout", Vec::new());
        self.forget_user();
    }

    /// Ends everything that is the user's.
    pub(super) fn forget_user(&mut self) {
        let namespace = self.namespace_or_open();
        self.up.connection.disconnect(self.up.ctx);
        self.settle();
        self.tabs.stop(self.up.ctx);
        let error = ClientError::new(ErrorCode::Cancelled, "logged out");
        self.outbox.empty(self.up.ctx, self.rooms, &error);
        self.rooms.forget_all(self.up.ctx);
        self.delivery.reset(self.up.ctx);
        self.presence.reset(self.up.ctx);
        self.typing.reset(self.up.ctx);
        self.sync.reset(self.up.ctx);
        self.owner.next = None;
        self.owner.is_searching = false;
        self.owner.found.clear();
        self.owner.has_copies = false;
        self.outbox.set_user(None);
        let server = namespace.server.clone();
        self.owner.remember(&server, None);
        let has_user = namespace.user.is_some();
        self.up.ctx.wipe_store(namespace);
        // What was queued before the user was known may be theirs, too.
        if has_user {
            let server = server.clone();
            self.up.ctx.wipe_store(Namespace { server, user: None });
        }
        let user = None;
        let forgotten = Output::RememberUser { server, user };
        self.up.ctx.outputs.push_back(forgotten);
    }

    fn namespace_or_open(&self) -> Namespace {
        let current = self.up.ctx.keep.namespace().cloned();
        current.unwrap_or_else(|| self.namespace())
    }

    /// A namespace is wiped, or not yet.
    pub(super) fn wiped(&mut self) {
        if self.up.ctx.keep.is_wiping(false) {
            return;
        }
        let is_left = self.up.ctx.keep.is_wiping(true);
        for request in std::mem::take(&mut self.owner.leaving) {
            let text = "logged out, but what is stored of the user is still there: another tab has \
                it open and does not answer. Close the other tabs; it is deleted then";
            match is_left {
                true => {
                    let error = ClientError::new(ErrorCode::StorageBusy, text);
                    self.up.ctx.reject(request, error);
                }
                false => self.up.ctx.resolve(request, V::null()),
            }
        }
    }
}
