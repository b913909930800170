//! What the server knows of one socket.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nchat_realtime::wire::connection::capability;
use nchat_realtime::wire::ids::check_id;
use serde_json::Value as Json;
use tokio::sync::watch;

use super::Shared;
use super::turn::Turns;
use crate::core::{Caller, Identity, User};
use crate::store::Store;

/// How many sockets are connected, and how many may be.
#[derive(Debug)]
pub struct Connections {
    counts: Mutex<Counts>,
    max: usize,
    max_per_user: usize,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    /// Of users who have any.
    by_user: HashMap<String, usize>,
}

/// The place of one socket among [`Connections`]; given back when dropped.
#[derive(Debug)]
struct Slot {
    connections: Arc<Connections>,
    user_id: String,
}

impl Connections {
    /// None yet, at most `max`, of one user at most `max_per_user`.
    pub fn new(max: usize, max_per_user: usize) -> Self {
        Self {
            counts: Mutex::default(),
            max,
            max_per_user,
        }
    }

    /// Connected now.
    pub fn count(&self) -> usize {
        self.counts().all
    }

    fn take(self: &Arc<Self>, user_id: &str) -> Option<Slot> {
        let mut counts = self.counts();
        let own = counts.by_user.get(user_id).copied().unwrap_or_default();
        if counts.all >= self.max || own >= self.max_per_user {
            return None;
        }
        counts.all += 1;
        counts.by_user.insert(user_id.to_owned(), own + 1);
        Some(Slot {
            connections: Arc::clone(self),
            user_id: user_id.to_owned(),
        })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.connections.counts();
        counts.all -= 1;
        if let Some(own) = counts.by_user.get_mut(&self.user_id) {
            *own -= 1;
            if *own == 0 {
                counts.by_user.remove(&self.user_id);
            }
        }
    }
}

/// Where a transport keeps the place of its socket: one that gave up its socket and stays open still
/// costs what a socket costs.
#[derive(Clone, Debug, Default)]
pub struct Seat(Arc<Mutex<Option<Slot>>>);

impl Seat {
    /// Takes a place for a user. False where there is none.
    pub(super) fn take(&self, connections: &Arc<Connections>, user_id: &str) -> bool {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The one that its socket had before, if any, is free for it.
        *slot = None;
        *slot = connections.take(user_id);
        slot.is_some()
    }
}

/// What a client says of the tab that it runs in; nothing from those that are not ours.
#[derive(Debug, Default)]
pub(super) struct Tab {
    /// One browser profile.
    pub(super) device_id: Option<String>,
    /// One tab of it.
    tab_id: Option<String>,
    /// The epoch of its leadership.
    pub(super) fence: Option<u64>,
    /// Whether it takes several events in one packet.
    pub(super) takes_batches: bool,
}

impl Tab {
    /// Reads the handshake's `client`; what is malformed is absent.
    pub(super) fn read(client: Option<&Json>) -> Self {
        let field = |key| client.and_then(|client| client.get(key));
        let id = |key| {
            let id = field(key).and_then(Json::as_str);
            id.filter(|id| check_id(id).is_ok()).map(str::to_owned)
        };
        Self {
            device_id: id("deviceId"),
            tab_id: id("tabId"),
            fence: field("fence").and_then(Json::as_u64),
            takes_batches: field("capabilities")
                .and_then(Json::as_array)
                .is_some_and(|names| names.iter().any(|name| name == capability::BATCH)),
        }
    }

    /// The device and the tab, of a client that names both.
    pub(super) fn ids(&self) -> Option<(&str, &str)> {
        Some((self.device_id.as_deref()?, self.tab_id.as_deref()?))
    }
}

/// One authenticated socket.
pub(super) struct Session<S: Store> {
    pub(super) shared: Arc<Shared<S>>,
    pub(super) user: User,
    pub(super) session_id: String,
    pub(super) socket_id: String,
    pub(super) tab: Tab,
    /// When its token runs out; `auth:refresh` moves it.
    pub(super) expires_at_ms: watch::Sender<Option<i64>>,
    /// Whether it used the plugin guide's names, and so is told by them too.
    pub(super) speaks_plugin_dialect: AtomicBool,
    pub(super) turns: Turns,
    /// Whether the core was told that it is gone.
    has_departed: AtomicBool,
}

impl<S: Store> Session<S> {
    pub(super) fn new(
        shared: Arc<Shared<S>>,
        identity: Identity,
        socket_id: String,
        tab: Tab,
    ) -> Self {
        Self {
            shared,
            user: identity.user,
            session_id: identity.session_id.unwrap_or_else(|| socket_id.clone()),
            socket_id,
            tab,
            expires_at_ms: watch::Sender::new(identity.expires_at_ms),
            speaks_plugin_dialect: AtomicBool::new(false),
            turns: Turns::default(),
            has_departed: AtomicBool::new(false),
        }
    }

    /// The socket is gone.
    pub(super) async fn depart(&self) {
        self.has_departed.store(true, Ordering::Relaxed);
        self.shared.core.depart(&self.socket_id).await;
    }

    pub(super) fn caller(&self) -> Caller<'_> {
        Caller {
            user: &self.user,
            socket_id: &self.socket_id,
            device_id: self.tab.device_id.as_deref(),
        }
    }
}

impl<S: Store> Drop for Session<S> {
    /// Of a connection that ends before its CONNECT is answered the library says nothing.
    fn drop(&mut self) {
        if !self.has_departed.load(Ordering::Relaxed) {
            self.shared.core.abandon(&self.socket_id);
        }
    }
}
