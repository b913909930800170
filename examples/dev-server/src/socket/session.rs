//! What the server knows of one socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use nchat_realtime::wire::connection::capability;
use nchat_realtime::wire::ids::check_id;
use serde_json::Value as Json;
use tokio::sync::watch;

use super::Shared;
use super::turn::Turns;
use crate::core::{Caller, Identity, User};

/// How many sockets are connected, and how many may be.
#[derive(Debug)]
pub struct Connections {
    count: AtomicUsize,
    max: usize,
}

/// The place of one socket among [`Connections`]; given back when dropped.
#[derive(Debug)]
pub(super) struct Slot(Arc<Connections>);

impl Connections {
    /// None yet, at most `max`.
    pub fn new(max: usize) -> Self {
        Self {
            count: AtomicUsize::new(0),
            max,
        }
    }

    /// Connected now.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn take(self: &Arc<Self>) -> Option<Slot> {
        let taken = self
            .count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                (count < self.max).then_some(count + 1)
            });
        taken.ok().map(|_| Slot(Arc::clone(self)))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
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
pub(super) struct Session<S> {
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
    _slot: Slot,
}

impl<S> Session<S> {
    pub(super) fn new(
        shared: Arc<Shared<S>>,
        identity: Identity,
        socket_id: String,
        tab: Tab,
        slot: Slot,
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
            _slot: slot,
        }
    }

    pub(super) fn caller(&self) -> Caller<'_> {
        Caller {
            user: &self.user,
            socket_id: &self.socket_id,
            device_id: self.tab.device_id.as_deref(),
        }
    }
}
