//! Every setting and bound of the engine, in one place.

use serde::{Deserialize, Serialize};

use super::error::ClientError;
use crate::socketio::{Endpoint, TransportKind, Value, said};
use crate::wire::WireError;
use crate::wire::error::ErrorCode;
use crate::wire::ids::check_user_id;
use crate::wire::{Fields, optional};

/// What a connection uses when it is told no address.
pub const DEFAULT_URL: &str = "http://localhost:3101";
/// How long our own events wait for the server's `connected`, in milliseconds, before they go
/// anyway: a server that never sends it must not hold them back.
pub const READY_FALLBACK_MS: u64 = 1_500;
/// Period of the latency ping, in milliseconds.
pub const PING_INTERVAL_MS: u64 = 10_000;
/// Unanswered latency pings on one connection after which it is left in peace: that server does
/// not know the event.
pub const MAX_UNANSWERED_PINGS: u32 = 3;
/// How long a link may take to prove itself alive after the browser's hint, in milliseconds.
pub const PROBE_TIMEOUT_MS: u64 = 5_000;
/// Latency samples that the average is taken over.
pub const LATENCY_SAMPLES: usize = 5;
/// Default wait for an acknowledgement, in milliseconds.
pub const ACK_TIMEOUT_MS: u64 = 10_000;
/// Longest wait for an acknowledgement that can be asked for, in milliseconds (one day).
pub const MAX_ACK_TIMEOUT_MS: u64 = 86_400_000;
/// Acknowledgements under way at once.
pub const MAX_PENDING_ACKS: usize = 10_000;
/// Events of ours held until the server is ready.
pub const MAX_HELD_EMITS: usize = 1_000;
/// Rooms wanted at once.
pub const MAX_ROOMS: usize = 100;
/// Messages of one room kept in memory; the oldest leave first (the server still has them).
pub const MAX_TIMELINE_MESSAGES: usize = 1_000;
/// Messages of one room kept in memory once its history has been paged back: the pages that were
/// asked for stay, and the oldest leave first when messages come beyond this.
pub const MAX_PAGED_MESSAGES: usize = 5_000;
/// Runs of a room's log kept apart from each other by holes; beyond it the one nearest to the
/// hole that is filled next is fetched again.
pub const MAX_ISLANDS: usize = 64;
/// Messages of one room kept in the store: the newest ones, so that they show before there is a
/// connection.
pub const CACHED_MESSAGES: usize = 200;
/// Messages of one room beyond that which stay in the store for a while, so that they are deleted
/// many at a time.
pub const CACHE_SLACK: usize = 50;
/// How long the store is left alone with a room's messages after it gave them up, in milliseconds.
pub const CACHE_REST_MS: u64 = 30_000;
/// Rooms of which messages are kept in the store; beyond it those go that were not wanted for the
/// longest time.
pub const MAX_CACHED_ROOMS: usize = 200;
/// Members of one room kept in memory; the count goes on past it.
pub const MAX_TRACKED_MEMBERS: usize = 10_000;
/// Messages that wait to be sent, unless the app sets another limit: the documented default.
pub const MAX_QUEUE_SIZE: usize = 100;
/// Highest limit of waiting messages that can be set.
pub const MAX_QUEUE_SIZE_LIMIT: usize = 100_000;
/// Failed messages kept until the app retries or discards them; with more, nothing is queued.
pub const MAX_PARKED_ENTRIES: usize = 1_000;
/// Failed attempts after which a message is parked, unless the app sets another number.
pub const MAX_RETRIES: u32 = 5;
/// Wait after the first failed attempt, in milliseconds; doubled each time.
pub const BASE_RETRY_DELAY_MS: u64 = 1_000;
/// Longest wait after a failed attempt, in milliseconds.
pub const MAX_RETRY_DELAY_MS: u64 = 30_000;
/// Messages in flight at once, over all channels.
pub const MAX_IN_FLIGHT: usize = 128;
/// Messages of one channel in flight at once, where the server keeps their order; else one.
pub const MAX_CHANNEL_IN_FLIGHT: usize = 64;
/// Messages that were sent or discarded and are still remembered, so that another tab's late word
/// does not bring them back.
pub const MAX_SETTLED_ENTRIES: usize = 1_000;
/// Requests of one tab to the sending one that were not heard to be granted.
pub const MAX_WISHES: usize = 1_000;
/// How long a tab waits for progress before it asks whether the sending tab lives, in
/// milliseconds.
pub const LEADER_PATIENCE_MS: u64 = 2_000;
/// How long the sending tab may take to answer before another takes over, in milliseconds.
pub const LEADER_ANSWER_MS: u64 = 3_000;
/// The same where the browser has no locks, before the first tab leads, in milliseconds.
pub const NO_LOCKS_ANSWER_MS: u64 = 1_000;
/// Period in which the sending tab reads the outbox again while it knows of other tabs, in
/// milliseconds.
pub const LEADER_REREAD_MS: u64 = 5_000;
/// The same while it knows of none: one may be there whose words were lost.
pub const LONELY_REREAD_MS: u64 = 30_000;
/// How long a tab that says nothing counts as there for that, in milliseconds.
pub const COMPANY_KNOWN_MS: u64 = 60_000;
/// Messages asked for in one page of history (the server may give fewer).
pub const HISTORY_PAGE: u32 = 50;
/// Entries of a room's log asked for in one page of what was missed (the server may give fewer).
pub const BACKFILL_PAGE: u32 = 200;
/// Live messages of one room held back while a page of missed ones is under way.
pub const MAX_DEFERRED_MESSAGES: usize = 1_000;
/// Own messages whose receipts are kept; the ones used least lately leave first.
pub const MAX_DELIVERY_RECORDS: usize = 2_000;
/// Recipients kept of one own message; the server's counts go on past them.
pub const MAX_TRACKED_RECIPIENTS: usize = 100;
/// Members of one room whose watermarks are kept.
pub const MAX_WATERMARKS: usize = 200;
/// Rooms whose receipts and unread counts are kept; the ones used least lately leave first.
pub const MAX_RECEIPT_ROOMS: usize = 1_000;
/// Unread messages of one room that are known one by one; more are only counted.
pub const MAX_TRACKED_UNREAD: usize = 1_000;
/// Messages of one room that were read and whose place is not known; the newest stay.
pub const MAX_PENDING_READ_IDS: usize = 100;
/// Default time for which receipts of reading are gathered, in milliseconds.
pub const DEFAULT_BATCH_READ_INTERVAL_MS: u64 = 1_000;
/// Wait before a receipt of delivery that could not be sent is tried again, in milliseconds.
pub const RECEIPT_RETRY_MS: u64 = 1_000;
/// Default of the messages asked for in one page of a channel, where the app asks for it.
pub const DEFAULT_SYNC_PAGE: u32 = 50;
/// Default limit of a whole sync, in milliseconds.
pub const DEFAULT_SYNC_TIMEOUT_MS: u64 = 30_000;
/// How long a sync waits for what was queued before it goes on, in milliseconds.
pub const FLUSH_PATIENCE_MS: u64 = 2_000;
/// How long a server that announces no history may take to answer a question of a sync, in
/// milliseconds: it may not know it at all.
pub const PLAIN_SYNC_TIMEOUT_MS: u64 = 5_000;
/// How long after a receipt was told a server that had not said that it keeps any, it is looked
/// whether it has meanwhile.
pub const PLAIN_PATIENCE_MS: u64 = 10_000;
/// Messages that one call of `syncMessages()` gives at most; the rest comes with the next.
pub const MAX_FETCHED_MESSAGES: usize = 1_000;
/// Places where others type that are known at once, and as many where this user does.
pub const MAX_TYPING_PLACES: usize = 1_000;
/// How long others are not told that this user stopped typing, in milliseconds: a message that
/// comes of it says so itself.
pub const STOP_DELAY_MS: u64 = 50;
/// Users kept as typing at one place.
pub const MAX_TYPERS: usize = 100;
/// Longest time for which somebody is shown as typing without the server saying it again, in
/// milliseconds.
pub const MAX_TYPING_LEASE_MS: u64 = 60_000;
/// Users whose presence is kept beside those whom the app wants to know of; beyond it those leave
/// who were not heard of for the longest time.
pub const MAX_PRESENCES: usize = 10_000;
/// Users whose presence can be wanted at once; so many as the server allows are followed.
pub const MAX_WANTED_PRESENCES: usize = 10_000;
/// Users that one connection follows, where the server does not say how many it allows.
pub const MAX_SUBSCRIPTIONS: usize = 100;
/// For how long users that the app wants to know of are gathered, in milliseconds.
pub const SUBSCRIBE_DELAY_MS: u64 = 20;
/// How long nobody has to want to know of a user before the server is told, in milliseconds: a
/// component that is mounted again wants them again.
pub const UNSUBSCRIBE_DELAY_MS: u64 = 1_000;
/// How long a page has to be hidden before that counts as away, in milliseconds: going from one
/// tab to another is no absence.
pub const HIDDEN_GRACE_MS: u64 = 1_000;
/// A token is refreshed this long before it expires, in milliseconds.
pub const TOKEN_REFRESH_LEAD_MS: u64 = 60_000;
/// Least time between two refreshes of a token, in milliseconds: a callback may give tokens that
/// have run out already.
pub const MIN_TOKEN_REFRESH_MS: u64 = 5_000;

/// Changes in one transaction, unless one input made more: what is told of them, and the next
/// transaction, leave the page time to answer its user.
pub const MAX_COMMIT_CHANGES: usize = 128;
/// Longest wait of what came of answers for what will come of others, before it is committed with
/// it, in milliseconds.
pub const COMMIT_HOLD_MS: u64 = 50;
/// Longest wait before changes of the message cache are committed, in milliseconds.
pub const CACHE_COMMIT_DELAY_MS: u64 = 250;
/// First wait before a transaction that was aborted is tried again, in milliseconds; doubled each
/// time.
pub const STORE_RETRY_MS: u64 = 100;
/// How often a store that is in use elsewhere is tried to be opened, or deleted.
pub const STORE_TRIES: u32 = 3;
/// Longest wait before a transaction is tried again, in milliseconds.
pub const MAX_STORE_RETRY_MS: u64 = 5_000;

/// Options of `RealtimeClient.initialize()`. Absent, `null` and `undefined` keep what is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RealtimeClientConfig {
    /// Server address: `http`, `https`, `ws` or `wss`; a path is the namespace. Default
    /// `http://localhost:3101`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Path of the Socket.IO endpoint. Default `/socket.io/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What the server is told about this device. Default: detected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceInfo>,
    /// Whether a lost connection is sought again. Default true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_reconnect: Option<bool>,
    /// Failed attempts in a row after which it gives up. Default: it never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_reconnect_attempts: Option<u32>,
    /// First reconnect delay in milliseconds, doubled each time. Default 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconnect_delay: Option<f64>,
    /// Longest reconnect delay in milliseconds. Default 30000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_reconnect_delay: Option<f64>,
    /// How long one attempt may take, in milliseconds. Default 20000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<f64>,
    /// Who uses the client: what is kept in the browser is kept for this user. Default: whom the
    /// server named last in this browser profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Accepted for compatibility: reports state changes to the console. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug: Option<bool>,
    /// Transports in the order of preference. Default `["websocket", "polling"]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transports: Option<Vec<TransportName>>,
}

impl RealtimeClientConfig {
    /// Reads options as an app gives them. Unknown ones are ignored.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let limit = |value: &V| {
            let number = value.as_number()?;
            (number >= 0.0).then_some(number.min(f64::from(u32::MAX)) as u32)
        };
        let transport = |name: &V| TransportName::parse(&name.as_text()?);
        let mut fields = Fields::of_object(body);
        let config = Self {
            url: fields.text("url"),
            path: fields.text("path"),
            device: fields.optional("device", DeviceInfo::read),
            auto_reconnect: fields.flag("autoReconnect"),
            max_reconnect_attempts: fields.optional("maxReconnectAttempts", limit),
            reconnect_delay: fields.number("reconnectDelay"),
            max_reconnect_delay: fields.number("maxReconnectDelay"),
            timeout: fields.number("timeout"),
            user_id: fields.text("userId"),
            debug: fields.flag("debug"),
            transports: fields.list("transports", transport),
        };
        fields.end(config)
    }
}

/// A transport by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum TransportName {
    /// One WebSocket.
    Websocket,
    /// HTTP long polling.
    Polling,
}

impl TransportName {
    /// Engine.IO's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Websocket => "websocket",
            Self::Polling => "polling",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        match name {
            "websocket" => Some(Self::Websocket),
            "polling" => Some(Self::Polling),
            _ => None,
        }
    }
}

impl From<TransportName> for TransportKind {
    fn from(name: TransportName) -> Self {
        match name {
            TransportName::Websocket => Self::WebSocket,
            TransportName::Polling => Self::Polling,
        }
    }
}

impl From<TransportKind> for TransportName {
    fn from(kind: TransportKind) -> Self {
        match kind {
            TransportKind::WebSocket => Self::Websocket,
            TransportKind::Polling => Self::Polling,
        }
    }
}

pub use crate::wire::connection::DeviceInfo;

/// The settings in force: defaults with everything given so far laid over them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to connect.
    pub endpoint: Endpoint,
    /// Transports in order.
    pub transports: Vec<TransportKind>,
    /// What the server is told of the device, where the app says it; else the driver's finding.
    pub device: Option<DeviceInfo>,
    /// Whether to seek a lost connection again.
    pub auto_reconnect: bool,
    /// Failed attempts in a row before giving up; `None` never does.
    pub max_reconnect_attempts: Option<u32>,
    /// First delay in milliseconds.
    pub reconnect_delay_ms: u64,
    /// Longest delay in milliseconds.
    pub max_reconnect_delay_ms: u64,
    /// Limit of one attempt in milliseconds.
    pub attempt_timeout_ms: u64,
    /// Who uses the client, where the app says it.
    pub user_id: Option<String>,
    /// Receipts.
    pub delivery: super::delivery::DeliverySettings,
    /// Syncing.
    pub sync: super::sync::SyncSettings,
    /// Typing.
    pub typing: super::typing::TypingSettings,
    /// Presence.
    pub presence: super::presence::PresenceSettings,
    url: String,
    path: Option<String>,
}

impl Settings {
    /// The documented defaults.
    pub fn new() -> Result<Self, crate::socketio::EndpointError> {
        Ok(Self {
            endpoint: Endpoint::parse(DEFAULT_URL)?,
            transports: vec![TransportKind::WebSocket, TransportKind::Polling],
            device: None,
            auto_reconnect: true,
            max_reconnect_attempts: None,
            reconnect_delay_ms: 1_000,
            max_reconnect_delay_ms: 30_000,
            attempt_timeout_ms: 20_000,
            user_id: None,
            delivery: super::delivery::DeliverySettings::default(),
            sync: super::sync::SyncSettings::default(),
            typing: super::typing::TypingSettings::default(),
            presence: super::presence::PresenceSettings::default(),
            url: DEFAULT_URL.to_owned(),
            path: None,
        })
    }

    /// Lays what is given over these settings. Where anything is refused, some of it may have been
    /// laid.
    pub fn lay<V: Value>(&mut self, given: RealtimeClientConfig) -> Result<(), ClientError<V>> {
        if given.url.is_some() || given.path.is_some() {
            self.url = given.url.unwrap_or_else(|| std::mem::take(&mut self.url));
            self.path = given.path.or(self.path.take());
            self.endpoint =
                Endpoint::parse(&self.url).map_err(|error| refused("url", &said(&error)))?;
            if let Some(path) = &self.path {
                let endpoint = self.endpoint.clone().with_path(path);
                self.endpoint = endpoint.map_err(|error| refused("path", &said(&error)))?;
            }
        }
        if let Some(transports) = given.transports {
            if transports.is_empty() {
                let why = "name at least one of websocket and polling";
                return Err(refused("transports", why));
            }
            self.transports = transports.into_iter().map(TransportKind::from).collect();
        }
        if let Some(user_id) = given.user_id {
            check_user_id(&user_id).map_err(|error| refused("userId", &said(&error)))?;
            self.user_id = Some(user_id);
        }
        if given.device.is_some() {
            self.device = given.device;
        }
        self.auto_reconnect = given.auto_reconnect.unwrap_or(self.auto_reconnect);
        self.max_reconnect_attempts = given.max_reconnect_attempts.or(self.max_reconnect_attempts);
        for (name, given, target) in [
            (
                "reconnectDelay",
                given.reconnect_delay,
                &mut self.reconnect_delay_ms,
            ),
            (
                "maxReconnectDelay",
                given.max_reconnect_delay,
                &mut self.max_reconnect_delay_ms,
            ),
            ("timeout", given.timeout, &mut self.attempt_timeout_ms),
        ] {
            if let Some(ms) = given {
                *target = milliseconds(ms)
                    .ok_or_else(|| refused(name, "give milliseconds from 1 to 86400000"))?;
            }
        }
        Ok(())
    }
}

/// Whole milliseconds from a JavaScript number, from 1 ms to one day.
pub(crate) fn milliseconds(ms: f64) -> Option<u64> {
    (ms.is_finite() && ms >= 1.0 && ms <= MAX_ACK_TIMEOUT_MS as f64).then_some(ms as u64)
}

/// Lays an app's duration over one in force; an absent one changes nothing.
pub(crate) fn lay_duration<V: Value>(
    given: &V,
    name: &'static str,
    target_ms: &mut u64,
) -> Result<(), ClientError<V>> {
    let Some(ms) = given.field(name) else {
        return Ok(());
    };
    *target_ms = ms
        .as_number()
        .and_then(milliseconds)
        .ok_or_else(|| refused(name, "give milliseconds from 1 to 86400000"))?;
    Ok(())
}

/// Lays an app's choice over one in force; an absent one changes nothing.
pub(crate) fn lay_flag<V: Value>(
    given: &V,
    name: &'static str,
    target: &mut bool,
) -> Result<(), ClientError<V>> {
    let flag = optional(given, name, V::as_boolean);
    *target = flag
        .map_err(|_| refused(name, "give true or false"))?
        .unwrap_or(*target);
    Ok(())
}

fn refused<V: Value>(option: &str, why: &str) -> ClientError<V> {
    ClientError::new(
        ErrorCode::ValidationError,
        format!("option `{option}` is refused: {why}"),
    )
}
