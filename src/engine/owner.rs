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
    /// Named by the server while the store was being opened.
    next: Option<String>,
    /// What was kept before the user was known, until it is kept as the user's.
    moving: Option<Namespace>,
    /// What is left there is not known yet.
    is_searching: bool,
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
        // What is stored for nobody yet is not known before the store is open.
        if !self.up.ctx.keep.is_open() && !self.up.ctx.keep.is_memory_only() {
            self.outbox.set_user(Some(user.clone()));
            self.owner.next = Some(user);
            return;
        }
        let Some(current) = self.up.ctx.keep.namespace() else {
            return;
        };
        let next = Namespace {
            server: current.server.clone(),
            user: Some(user),
        };
        self.change_owner(next);
    }

    /// The store is open, or there is none: what waited for that goes on.
    pub(super) fn owner_opened(&mut self) {
        if self.owner.moving.is_some() {
            self.ask_when_moved();
        }
        if let Some(user) = self.owner.next.take() {
            self.user_named(&user);
        }
    }

    fn change_owner(&mut self, next: Namespace) {
        let Some(current) = self.up.ctx.keep.namespace().cloned() else {
            return;
        };
        self.tabs.stop(self.up.ctx);
        self.outbox.set_user(None);
        if current.server == next.server && current.user.is_none() {
            self.owner.moving = Some(current);
            self.owner.is_searching = true;
            self.up.ctx.open_store(next);
            self.outbox.move_in(self.up.ctx);
            self.delivery.store_again();
            self.sync.store_again();
            return;
        }
        self.owner.moving = None;
        self.owner.is_searching = false;
        let text = "another user signed in: the message stays queued for the one who wrote it";
        let error = ClientError::new(ErrorCode::Cancelled, text);
        self.outbox.empty(self.up.ctx, self.rooms, &error);
        self.rooms.reset_timelines(self.up.ctx);
        self.delivery.reset(self.up.ctx);
        self.presence.reset(self.up.ctx);
        self.typing.reset(self.up.ctx);
        self.sync.reset(self.up.ctx);
        let user = next.user.clone();
        self.up.ctx.open_store(next);
        if let Some(user) = user {
            self.remember_user(&user);
        }
    }

    /// What was queued before the user was known is kept as the user's, or will not be. Another
    /// tab, or a store that was late, may have left more: nothing is wiped unread.
    pub(super) fn moved(&mut self, kept: Kept) {
        // A store that was taken away will be told again once it is open.
        if kept != Kept::Dropped
            && let Some(before) = self.owner.moving.clone()
        {
            self.up.ctx.keep.read_other(self.up.ctx.outputs, before);
        }
    }

    /// What is left under nobody's name, now that the rest was moved.
    pub(super) fn left_behind(&mut self, found: Result<Vec<(String, String)>, StoreFailure>) {
        if let Ok(records) = &found
            && self.outbox.move_more(&mut self.up, self.rooms, records)
        {
            return self.ask_when_moved();
        }
        self.owner.is_searching = false;
        match found {
            // Kept there, and not here yet; or another user's.
            Ok(_) if self.up.ctx.keep.is_memory_only() || self.outbox.found_anothers() => {
                return;
            }
            Ok(_) => {}
            // Without a store there is nothing but the journal, which was read when it was opened.
            Err(StoreFailure::Unavailable) => {}
            // It stays, and the user is not remembered: the next page looks there again.
            Err(_) => return,
        }
        let Some(before) = self.owner.moving.take() else {
            return;
        };
        self.up.ctx.wipe_store(before);
        if let Some(user) = self.namespace_user() {
            self.remember_user(&user);
        }
    }

    /// Told once everything before it is kept.
    fn ask_when_moved(&mut self) {
        let op = StoreOp::Delete {
            table: Table::Meta,
            key: "moved".to_owned(),
        };
        self.up.ctx.keep.urgent(op, Purpose::Moved);
    }

    fn namespace_user(&self) -> Option<String> {
        self.up.ctx.keep.namespace()?.user.clone()
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
        self.up.ctx.post("logout", Vec::new());
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
        self.outbox.set_user(None);
        for namespace in self.owner.moving.take().into_iter().chain([namespace]) {
            self.owner.remember(&namespace.server, None);
            self.up.ctx.outputs.push_back(Output::RememberUser {
                server: namespace.server.clone(),
                user: None,
            });
            self.up.ctx.wipe_store(namespace);
        }
    }

    fn namespace_or_open(&self) -> Namespace {
        let current = self.up.ctx.keep.namespace().cloned();
        current.unwrap_or_else(|| self.namespace())
    }

    /// A namespace is wiped.
    pub(super) fn wiped(&mut self) {
        for request in std::mem::take(&mut self.owner.leaving) {
            self.up.ctx.resolve(request, V::null());
        }
    }
}
