//! One engine, one server, one clock: everything between them happens in one place, in order.
//!
//! After every input the world checks what has to hold always: no promise is settled twice, there
//! is at most one connection, and a timeline's changes, applied in order, give the timeline.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value as Json;

use super::disk::{Disk, unavailable};
use super::server::{PING_INTERVAL_MS, Parcel, Server};
use crate::engine::config::Settings;
use crate::engine::error::ClientError;
use crate::engine::input::{CallbackId, Input, RequestId};
use crate::engine::output::{Notification, Output, TimelineChange};
use crate::engine::snapshot::{ConnectionSnapshot, RealtimeConnectionState as State};
use crate::engine::time::Now;
use crate::engine::{Engine, Identity, Start};
use crate::socketio::TransportKind;

/// What a promise was settled with.
pub(super) type Settled = Result<Json, ClientError<Json>>;

/// 2026-01-30T12:00:00Z, the moment every world begins.
pub(super) const BEGIN_WALL_MS: u64 = 1_769_774_400_000;

/// Wake-ups in one moment after which the engine is taken to spin.
const MAX_WAKES: usize = 1_000;

pub(super) struct World {
    pub(super) engine: Engine<Json>,
    pub(super) server: Server,
    pub(super) now: Now,
    /// What the app was told and has not looked at.
    pub(super) heard: Vec<Notification<Json>>,
    pub(super) callbacks: Vec<(CallbackId, Json)>,
    /// Questions for a token that were not answered.
    pub(super) asks: VecDeque<u32>,
    /// Questions for a token in all.
    pub(super) asked: u32,
    /// Whether frames are offered to the short way first, and how many took it.
    pub(super) offers: bool,
    pub(super) short_ways: usize,
    /// Whether outputs are printed; random tests have no time for it.
    pub(super) is_logged: bool,
    /// Every output, printed.
    pub(super) log: Vec<String>,
    /// What the changes of each room's timeline add up to.
    pub(super) mirrors: BTreeMap<String, Vec<Json>>,
    changed: BTreeSet<String>,
    checks: usize,
    /// Every promise that was settled; `None` once the test has looked.
    settled: BTreeMap<RequestId, Option<Settled>>,
    requests: u32,
    pub(super) next_ping_ms: u64,
    to_client: VecDeque<Parcel>,
    /// The store; without one every command fails.
    pub(super) disk: Option<Disk>,
    /// What was posted to other tabs.
    pub(super) posts: Vec<Json>,
    pub(super) tab_id: String,
    seed: u8,
    settings: Settings,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with_settings(|_| {})
    }

    pub(super) fn with_settings(change: impl FnOnce(&mut Settings)) -> Self {
        Self::build(7, change)
    }

    pub(super) fn with_seed(seed: u8) -> Self {
        Self::build(seed, |_| {})
    }

    fn build(seed: u8, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new().unwrap();
        settings.transports = vec![TransportKind::WebSocket];
        // Tests of single parts see what those say; `syncing` has it on.
        settings.sync.auto_sync = false;
        settings.delivery.auto_sync = false;
        change(&mut settings);
        Self {
            engine: start(seed, "", &settings, Vec::new()),
            server: Server::canonical(),
            now: Now {
                mono_ms: 1_000,
                wall_ms: BEGIN_WALL_MS,
            },
            heard: Vec::new(),
            callbacks: Vec::new(),
            asks: VecDeque::new(),
            asked: 0,
            offers: true,
            short_ways: 0,
            is_logged: true,
            log: Vec::new(),
            mirrors: BTreeMap::new(),
            changed: BTreeSet::new(),
            checks: 0,
            settled: BTreeMap::new(),
            requests: 0,
            next_ping_ms: u64::MAX,
            to_client: VecDeque::new(),
            disk: None,
            posts: Vec::new(),
            tab_id: String::new(),
            seed,
            settings,
        }
    }

    /// The page ends without a word, and is loaded again.
    pub(super) fn restart(&mut self) {
        if let Some(id) = self.server.socket() {
            self.server.forget(id);
        }
        let known_users = self.disk.as_mut().map(|disk| {
            disk.crash();
            disk.profile.borrow().known_users.clone()
        });
        self.seed = self.seed.wrapping_add(1);
        // Each page is a tab of its own.
        self.tab_id.push('\'');
        let known_users = known_users.unwrap_or_default();
        self.engine = start(self.seed, &self.tab_id, &self.settings, known_users);
        self.to_client.clear();
        self.mirrors.clear();
        self.changed.clear();
        self.posts.clear();
        self.heard.clear();
        self.server.inbox.clear();
        // What the old page had promised is gone with it.
        for number in 1..=self.requests {
            self.settled.entry(RequestId(number)).or_insert(None);
        }
    }

    /// A world whose server speaks the plain dialect.
    pub(super) fn plain() -> Self {
        Self {
            server: Server::plain(),
            ..Self::new()
        }
    }

    /// A world that is connected already.
    pub(super) fn connected() -> Self {
        let mut world = Self::new();
        world.connect();
        world
    }

    // Inputs.

    /// Hands over one input and carries out everything that follows at this moment.
    pub(super) fn input(&mut self, input: Input<Json>) {
        match &input {
            Input::Transport { id, event } if self.take_next(*id, event) => self.check_mirrors(),
            _ => self.engine.handle(self.now, input),
        }
        self.carry_on();
    }

    /// Carries out everything that follows at this moment.
    pub(super) fn carry_on(&mut self) {
        self.drain();
        while let Some((id, event)) = self.to_client.pop_front() {
            self.engine.handle(self.now, Input::Transport { id, event });
            self.drain();
        }
    }

    /// Hands over an input that is answered by a promise.
    pub(super) fn request(&mut self, input: impl FnOnce(RequestId) -> Input<Json>) -> RequestId {
        self.requests += 1;
        let request = RequestId(self.requests);
        self.input(input(request));
        request
    }

    // Time.

    /// Lets time pass: the engine is woken at its deadlines, the server pings.
    pub(super) fn advance(&mut self, ms: u64) {
        let end_ms = self.now.mono_ms + ms;
        let mut wakes = 0;
        loop {
            let due = self.engine.poll_timeout().map(|(at, _)| at);
            let ping = Some(self.next_ping_ms).filter(|_| self.server.is_joined());
            let Some(next) = due.into_iter().chain(ping).min().filter(|at| *at <= end_ms) else {
                break;
            };
            wakes = if next > self.now.mono_ms {
                0
            } else {
                wakes + 1
            };
            assert!(
                wakes < MAX_WAKES,
                "the engine is woken without end: {:?}",
                self.engine.poll_timeout()
            );
            self.pass(next.saturating_sub(self.now.mono_ms));
            if ping == Some(next) {
                self.server_pings();
            } else {
                self.input(Input::TimedOut);
            }
        }
        self.pass(end_ms - self.now.mono_ms);
    }

    /// The machine sleeps: the clock goes on, nothing else does.
    pub(super) fn sleep(&mut self, ms: u64) {
        self.pass(ms);
    }

    fn pass(&mut self, ms: u64) {
        self.now.mono_ms += ms;
        self.now.wall_ms += ms;
    }

    // What came out.

    pub(super) fn connection(&self) -> ConnectionSnapshot {
        self.engine.connection(self.now)
    }

    pub(super) fn state(&self) -> State {
        self.connection().state
    }

    /// What a promise was settled with, if it was; once.
    pub(super) fn take_settled(&mut self, request: RequestId) -> Option<Settled> {
        self.settled.get_mut(&request)?.take()
    }

    /// The code that a promise was rejected with.
    pub(super) fn rejection(&mut self, request: RequestId) -> String {
        let settled = self.take_settled(request).expect("settled");
        settled.expect_err("a rejection").code.clone()
    }

    pub(super) fn is_pending(&self, request: RequestId) -> bool {
        !self.settled.contains_key(&request)
    }

    pub(super) fn unsettled(&self) -> usize {
        self.requests as usize - self.settled.len()
    }

    pub(super) fn drain(&mut self) {
        self.drain_engine();
        while let Some(input) = self.disk.as_mut().and_then(Disk::said) {
            self.engine.handle(self.now, input);
            self.drain_engine();
        }
        self.check_mirrors();
    }

    fn drain_engine(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            if self.is_logged {
                self.log.push(format!("{} {output:?}", self.now.mono_ms));
            }
            match output {
                Output::Transport(command) => {
                    let was_joined = self.server.is_joined();
                    let answers = self.server.handle(command);
                    assert!(self.server.live_sockets() <= 1, "two connections at once");
                    if !was_joined && self.server.is_joined() {
                        self.next_ping_ms = self.now.mono_ms + PING_INTERVAL_MS;
                    }
                    self.to_client.extend(answers);
                }
                Output::AskToken { ask } => {
                    self.asked += 1;
                    self.asks.push_back(ask);
                }
                Output::Settle { request, result } => {
                    let before = self.settled.insert(request, Some(result));
                    assert!(before.is_none(), "{request:?} was settled twice");
                }
                Output::Callback { callback, args } => self.callbacks.push((callback, args)),
                Output::Store(command) => match &mut self.disk {
                    Some(disk) => disk.take(command),
                    None => {
                        if let Some(event) = unavailable(&command) {
                            self.engine.handle(self.now, Input::Store(event));
                        }
                    }
                },
                Output::Journal(command) => {
                    let event = self.disk.as_mut().and_then(|disk| disk.journal(command));
                    if let Some(event) = event {
                        self.engine.handle(self.now, Input::Store(event));
                    }
                }
                Output::Lock(command) => {
                    if let Some(disk) = &mut self.disk {
                        disk.lock(command);
                    }
                }
                Output::Post(message) => self.posts.push(message),
                Output::RememberUser { server, user } => {
                    if let Some(disk) = &mut self.disk {
                        let known_users = &mut disk.profile.borrow_mut().known_users;
                        known_users.retain(|(known, _)| *known != server);
                        known_users.extend(user.map(|user| (server, user)));
                    }
                }
                Output::Notify(notification) => self.tell(notification),
            }
        }
    }

    pub(super) fn tell(&mut self, notification: Notification<Json>) {
        if let Notification::Timeline { room, change } = &notification {
            let room = room.as_str().expect("a name").to_owned();
            self.changed.insert(room.clone());
            let rows = self.mirrors.entry(room).or_default();
            match change.clone() {
                TimelineChange::Insert { index, message } => rows.insert(index, message),
                TimelineChange::Replace { index, message } => rows[index] = message,
                TimelineChange::Remove { index } => drop(rows.remove(index)),
                TimelineChange::Reset => rows.clear(),
            }
        }
        self.heard.push(notification);
    }

    /// Compares what the changes add up to with the timelines that changed: long ones, which take
    /// their time, now and then.
    fn check_mirrors(&mut self) {
        const SHORT: usize = 100;
        for room in std::mem::take(&mut self.changed) {
            let rows = &self.mirrors[&room];
            self.checks += 1;
            if rows.len() <= SHORT || self.checks.is_multiple_of(SHORT) {
                assert_eq!(
                    rows,
                    &self.engine.timeline(&room),
                    "the changes of {room} add up"
                );
            }
        }
    }
}

fn start(
    seed: u8,
    tab_id: &str,
    settings: &Settings,
    known_users: Vec<(String, String)>,
) -> Engine<Json> {
    Engine::new(Start {
        seed: spread(seed),
        identity: Identity {
            tab_id: tab_id.to_owned(),
            ..Identity::default()
        },
        online: true,
        is_hidden: false,
        settings: settings.clone(),
        known_users,
    })
}

/// A seed as the platform would give one: equal bytes would make the first numbers alike.
fn spread(seed: u8) -> [u8; 32] {
    let mut state = u64::from(seed);
    std::array::from_fn(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
}
