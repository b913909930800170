//! One engine, one server, one clock: everything between them happens in one place, in order.
//!
//! After every input the world checks what has to hold always: no promise is settled twice, there
//! is at most one connection, and a timeline's changes, applied in order, give the timeline.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value as Json, json};

use super::server::{Emitted, PING_INTERVAL_MS, Parcel, Server, text};
use crate::engine::config::Settings;
use crate::engine::error::ClientError;
use crate::engine::input::{CallbackId, Input, Reply, RequestId, TokenSource};
use crate::engine::output::{Notification, Output, TimelineChange};
use crate::engine::snapshot::{ConnectionSnapshot, RealtimeConnectionState as State};
use crate::engine::time::Now;
use crate::engine::{Engine, Identity, Start};
use crate::socketio::{TransportEvent, TransportId, TransportKind};

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
    /// Every output, printed.
    pub(super) log: Vec<String>,
    pub(super) mirrors: BTreeMap<String, Vec<Json>>,
    /// Every promise that was settled; `None` once the test has looked.
    settled: BTreeMap<RequestId, Option<Settled>>,
    requests: u32,
    next_ping_ms: u64,
    to_client: VecDeque<Parcel>,
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
        change(&mut settings);
        let start = Start {
            seed: [seed; 32],
            identity: Identity::default(),
            online: true,
            settings,
        };
        Self {
            engine: Engine::new(start),
            server: Server::canonical(),
            now: Now {
                mono_ms: 1_000,
                wall_ms: BEGIN_WALL_MS,
            },
            heard: Vec::new(),
            callbacks: Vec::new(),
            asks: VecDeque::new(),
            asked: 0,
            log: Vec::new(),
            mirrors: BTreeMap::new(),
            settled: BTreeMap::new(),
            requests: 0,
            next_ping_ms: u64::MAX,
            to_client: VecDeque::new(),
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
        self.engine.handle(self.now, input);
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

    pub(super) fn ask_to_connect(&mut self) -> RequestId {
        self.request(Input::ConnectRequested)
    }

    /// Connects, and sees that it worked.
    pub(super) fn connect(&mut self) {
        let request = self.ask_to_connect();
        assert_eq!(self.take_settled(request).unwrap(), Ok(Json::Null));
        assert!(self.connection().is_connected);
    }

    pub(super) fn disconnect(&mut self) {
        self.input(Input::DisconnectRequested);
    }

    pub(super) fn set_token(&mut self, source: TokenSource, refresh: bool) {
        self.input(Input::TokenSourceChanged { source, refresh });
    }

    pub(super) fn set_online(&mut self, online: bool) {
        self.input(Input::OnlineChanged(online));
    }

    pub(super) fn join(&mut self, room: &str) -> RequestId {
        let room = room.to_owned();
        self.request(|request| Input::JoinRequested { room, request })
    }

    pub(super) fn leave(&mut self, room: &str) {
        let room = room.to_owned();
        self.input(Input::LeaveRequested { room });
    }

    pub(super) fn send(&mut self, room: &str, content: &str) -> RequestId {
        self.send_with(room, content, Json::Null)
    }

    pub(super) fn send_with(&mut self, room: &str, content: &str, options: Json) -> RequestId {
        let (room, content) = (room.to_owned(), json!(content));
        self.request(|request| Input::SendRequested {
            room,
            content,
            options,
            request,
        })
    }

    pub(super) fn emit(&mut self, name: &str, body: Json) {
        self.emit_with(name, body, Reply::None, None);
    }

    pub(super) fn emit_with(
        &mut self,
        name: &str,
        body: Json,
        reply: Reply,
        timeout_ms: Option<u64>,
    ) {
        self.input(Input::Emitted {
            name: name.to_owned(),
            packet: json!([name, body]),
            reply,
            timeout_ms,
        });
    }

    /// `emitAsync`.
    pub(super) fn emit_async(
        &mut self,
        name: &str,
        body: Json,
        timeout_ms: Option<u64>,
    ) -> RequestId {
        let (name, packet) = (name.to_owned(), json!([name, body]));
        self.request(|request| Input::Emitted {
            name,
            packet,
            reply: Reply::Request(request),
            timeout_ms,
        })
    }

    /// The app's callback answers the oldest question.
    pub(super) fn answer_token(&mut self, token: &str) {
        let ask = self.asks.pop_front().expect("a question");
        let token = Ok(Some(token.to_owned()));
        self.input(Input::TokenAnswered { ask, token });
    }

    /// The app's callback fails.
    pub(super) fn fail_token(&mut self, why: &str) {
        let ask = self.asks.pop_front().expect("a question");
        let token = Err(why.to_owned());
        self.input(Input::TokenAnswered { ask, token });
    }

    /// Joins a room whose newest message has this `seq`, and sees that it worked.
    pub(super) fn join_room(&mut self, room: &str, head_seq: u64) {
        let request = self.join(room);
        let join = self.expect_event("room:join");
        self.ack(&join, joined(room, head_seq));
        assert_eq!(self.take_settled(request).unwrap().unwrap()["name"], room);
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

    // The server.

    /// The server sends an event on the live connection.
    pub(super) fn server_sends(&mut self, event: &str, body: Json) {
        self.server_sends_packet(&json!([event, body]));
    }

    pub(super) fn server_sends_packet(&mut self, packet: &Json) {
        self.server_sends_frame(&format!("42{packet}"));
    }

    /// The server sends a frame as it is.
    pub(super) fn server_sends_frame(&mut self, frame: &str) {
        let id = self.server.socket().expect("a connection");
        self.server_sends_frame_on(id, frame);
    }

    pub(super) fn server_sends_frame_on(&mut self, id: TransportId, frame: &str) {
        let (id, event) = text(id, frame);
        self.input(Input::Transport { id, event });
    }

    /// The WebSocket that was left waiting opens.
    pub(super) fn server_opens_at_last(&mut self) {
        let id = self.server.socket().expect("a WebSocket");
        for (id, event) in self.server.open_at_last(id) {
            self.input(Input::Transport { id, event });
        }
    }

    /// The server acknowledges `event` with these arguments.
    pub(super) fn ack_with(&mut self, event: &Emitted, args: &Json) {
        let ack = event.ack.expect("an event that wants an answer");
        self.server_sends_frame(&format!("43{ack}{args}"));
    }

    /// The server acknowledges `event` in the documented envelope.
    pub(super) fn ack(&mut self, event: &Emitted, data: Json) {
        self.ack_with(event, &json!([{"success": true, "data": data}]));
    }

    /// The server refuses `event`.
    pub(super) fn refuse(&mut self, event: &Emitted, error: Json) {
        self.ack_with(event, &json!([{"success": false, "error": error}]));
    }

    /// The connection breaks, and both sides see it.
    pub(super) fn lose_connection(&mut self) {
        let id = self.server.socket().expect("a connection");
        self.server_closes(id);
    }

    pub(super) fn server_closes(&mut self, id: TransportId) {
        self.server.forget(id);
        let detail = String::new();
        let event = TransportEvent::Closed { code: 1006, detail };
        self.input(Input::Transport { id, event });
    }

    /// The oldest event of this name that the server has not looked at.
    pub(super) fn expect_event(&mut self, name: &str) -> Emitted {
        let found = self
            .server
            .inbox
            .iter()
            .position(|event| event.name == name);
        let index = found.unwrap_or_else(|| {
            panic!("no {name} came, but {:?}", self.server.inbox);
        });
        self.server.inbox.remove(index).unwrap()
    }

    /// Names of the events that the server has not looked at, in order.
    pub(super) fn sent(&self) -> Vec<&str> {
        self.server
            .inbox
            .iter()
            .map(|event| event.name.as_str())
            .collect()
    }

    fn server_pings(&mut self) {
        self.next_ping_ms = self.now.mono_ms + PING_INTERVAL_MS;
        if !self.server.is_cut {
            self.server_sends_frame("2");
        }
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
        settled.expect_err("a rejection").code
    }

    pub(super) fn is_pending(&self, request: RequestId) -> bool {
        !self.settled.contains_key(&request)
    }

    pub(super) fn unsettled(&self) -> usize {
        self.requests as usize - self.settled.len()
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            self.log.push(format!("{} {output:?}", self.now.mono_ms));
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
                Output::Notify(notification) => self.tell(notification),
            }
        }
        self.check_mirrors();
    }

    fn tell(&mut self, notification: Notification<Json>) {
        if let Notification::Timeline { room, change } = &notification {
            let room = room.as_str().expect("a name").to_owned();
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

    fn check_mirrors(&self) {
        for (room, rows) in &self.mirrors {
            assert_eq!(
                rows,
                &self.engine.timeline(room),
                "the changes of {room} add up"
            );
        }
    }
}

/// The answer to a join of `room`, whose newest message has this `seq`.
pub(super) fn joined(room: &str, head_seq: u64) -> Json {
    json!({
        "roomName": room, "type": "channel", "visibility": "public", "memberCount": 2,
        "members": [
            {"userId": "alice", "joinedAt": "2026-01-01T00:00:00.000Z", "role": "admin"},
            {"userId": "bob", "userName": "Bob", "joinedAt": "2026-01-01T00:00:00.000Z"},
        ],
        "headSeq": head_seq, "epoch": "e1",
    })
}
