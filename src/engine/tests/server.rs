//! A Socket.IO server at the level of frames: what it accepts, what it says by itself, and what
//! the client sent.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value as Json, json};

use crate::socketio::{Frame, TransportCommand, TransportEvent, TransportId};

/// What goes to the client, and on which transport.
pub(super) type Parcel = (TransportId, TransportEvent<Json>);

/// The server pings this often.
pub(super) const PING_INTERVAL_MS: u64 = 25_000;

/// How the server meets a WebSocket that opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Opened and shaken hands.
    Open,
    /// The connection is refused.
    Refused,
    /// Nothing happens.
    Silent,
}

/// One event that the client sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Emitted {
    pub(super) name: String,
    /// Its first argument.
    pub(super) body: Json,
    /// The whole packet.
    pub(super) packet: Json,
    pub(super) ack: Option<u64>,
    /// The transport it came on.
    pub(super) on: TransportId,
}

pub(super) struct Server {
    pub(super) door: Door,
    /// Body of the CONNECT_ERROR that answers every CONNECT, if any.
    pub(super) refusal: Option<Json>,
    /// What follows acceptance.
    pub(super) greetings: Vec<Json>,
    /// Latency pings are acknowledged at once.
    pub(super) answers_pings: bool,
    /// The link is dead and nobody was told.
    pub(super) is_cut: bool,
    /// `auth` of every CONNECT.
    pub(super) auths: Vec<Json>,
    /// Events that came and were not looked at.
    pub(super) inbox: VecDeque<Emitted>,
    /// WebSockets that were opened, ever.
    pub(super) opened: u32,
    /// Acknowledgements of the client: `(id, args)`.
    pub(super) acks: Vec<(u64, Json)>,
    /// CONNECT is read and not answered.
    pub(super) holds_connect: bool,
    /// Transports that are open, and how far each is.
    sockets: BTreeMap<TransportId, Stage>,
    /// Long polls that wait, and what waits for one.
    polls: BTreeMap<TransportId, bool>,
    unpolled: VecDeque<Parcel>,
}

/// How far a transport is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Opening,
    Joined,
    /// The client said goodbye over polling, where that takes a request.
    Leaving,
}

/// The capabilities of a server of the canonical dialect.
pub(super) fn canonical() -> Json {
    json!([
        "messages",
        "history",
        "rooms",
        "auth:refresh",
        "ping:ack",
        "presence",
        "batch"
    ])
}

/// `connected` of the canonical dialect.
pub(super) fn connected() -> Json {
    json!(["connected", {
        "socketId": "s", "serverTime": "2026-01-30T12:00:00.000Z", "protocolVersion": "1.1",
        "capabilities": canonical(),
    }])
}

/// `authenticated` as alice.
pub(super) fn authenticated() -> Json {
    json!(["authenticated", {"userId": "alice", "sessionId": "s", "rooms": []}])
}

impl Server {
    pub(super) fn canonical() -> Self {
        Self {
            door: Door::Open,
            refusal: None,
            greetings: vec![connected(), authenticated()],
            answers_pings: true,
            is_cut: false,
            auths: Vec::new(),
            inbox: VecDeque::new(),
            opened: 0,
            acks: Vec::new(),
            holds_connect: false,
            sockets: BTreeMap::new(),
            polls: BTreeMap::new(),
            unpolled: VecDeque::new(),
        }
    }

    /// A server of the plain dialect: bare acknowledgements, no ids, `connected` and no more.
    pub(super) fn plain() -> Self {
        let connected = json!(["connected", {"socketId": "s", "protocolVersion": "1.0"}]);
        Self {
            greetings: vec![connected],
            answers_pings: false,
            ..Self::canonical()
        }
    }

    /// The transport in use, if any.
    pub(super) fn socket(&self) -> Option<TransportId> {
        self.sockets.keys().next_back().copied()
    }

    /// Transports that are open.
    pub(super) fn sockets(&self) -> usize {
        self.sockets.len()
    }

    /// Transports that are open and not on their way out.
    pub(super) fn live_sockets(&self) -> usize {
        self.sockets
            .values()
            .filter(|stage| **stage != Stage::Leaving)
            .count()
    }

    /// Whether the namespace accepted the client on a transport that is open.
    pub(super) fn is_joined(&self) -> bool {
        self.sockets.values().any(|stage| *stage == Stage::Joined)
    }

    /// A transport ends on the server's side.
    pub(super) fn forget(&mut self, id: TransportId) {
        self.sockets.remove(&id);
    }

    pub(super) fn handle(&mut self, command: TransportCommand<Json>) -> Vec<Parcel> {
        match command {
            TransportCommand::Open { id, .. } => self.open(id),
            TransportCommand::Close { id } => {
                self.sockets.remove(&id);
                Vec::new()
            }
            TransportCommand::Send { id, .. } if self.is_cut || !self.sockets.contains_key(&id) => {
                Vec::new()
            }
            TransportCommand::Send { id, frames } => frames
                .into_iter()
                .flat_map(|frame| match frame {
                    Frame::Text(text) => self.receive(id, &text),
                    Frame::Bytes(_) => Vec::new(),
                })
                .collect(),
            TransportCommand::Get { id, .. } => self.poll(id),
            TransportCommand::Post { id, body, .. } => {
                let packets: Vec<&str> = body.split('\u{1e}').collect();
                if packets.contains(&"41") {
                    // The request with the goodbye hangs.
                    self.sockets.insert(id, Stage::Leaving);
                    return Vec::new();
                }
                let answers = packets.iter().flat_map(|packet| self.receive(id, packet));
                let answers: Vec<Parcel> = answers.collect();
                let mut parcels = vec![(id, TransportEvent::Posted)];
                self.unpolled.extend(answers);
                parcels.extend(self.answer_poll(id));
                parcels
            }
        }
    }

    /// What a WebSocket that was left waiting gets at last.
    pub(super) fn open_at_last(&self, id: TransportId) -> Vec<Parcel> {
        vec![
            (id, TransportEvent::Opened),
            text(id, &format!("0{}", handshake())),
        ]
    }

    fn poll(&mut self, id: TransportId) -> Vec<Parcel> {
        if !self.sockets.contains_key(&id) {
            self.opened += 1;
            self.sockets.insert(id, Stage::Opening);
            return vec![(id, TransportEvent::Got(format!("0{}", handshake())))];
        }
        self.polls.insert(id, true);
        self.answer_poll(id)
    }

    fn answer_poll(&mut self, id: TransportId) -> Vec<Parcel> {
        let packets = self.unpolled.iter().filter_map(|(_, event)| match event {
            TransportEvent::Frame(Frame::Text(packet)) => Some(packet.as_str()),
            _ => None,
        });
        let payload = packets.collect::<Vec<_>>().join("\u{1e}");
        if payload.is_empty() || self.polls.remove(&id).is_none() {
            return Vec::new();
        }
        self.unpolled.clear();
        vec![(id, TransportEvent::Got(payload))]
    }

    fn open(&mut self, id: TransportId) -> Vec<Parcel> {
        self.opened += 1;
        self.sockets.insert(id, Stage::Opening);
        match self.door {
            Door::Silent => Vec::new(),
            Door::Refused => {
                let detail = "Connection failed".to_owned();
                vec![(id, TransportEvent::Failed { detail })]
            }
            Door::Open => self.open_at_last(id),
        }
    }

    fn receive(&mut self, id: TransportId, packet: &str) -> Vec<Parcel> {
        if let Some(auth) = packet.strip_prefix("40") {
            return self.answer_to_connect(id, auth);
        }
        if packet.starts_with("42") {
            return self.receive_event(id, packet);
        }
        if let Some(ack) = packet.strip_prefix("43") {
            let (ack, args) = split(ack);
            self.acks.push((ack.expect("an id"), args));
        } else {
            assert!(matches!(packet, "1" | "3" | "41"), "unexpected {packet}");
        }
        Vec::new()
    }

    fn answer_to_connect(&mut self, id: TransportId, auth: &str) -> Vec<Parcel> {
        self.auths.push(serde_json::from_str(auth).expect("JSON"));
        if self.holds_connect {
            return Vec::new();
        }
        if let Some(refusal) = &self.refusal {
            return vec![text(id, &format!("44{refusal}"))];
        }
        self.sockets.insert(id, Stage::Joined);
        let greetings = self.greetings.iter();
        std::iter::once(text(id, r#"40{"sid":"s"}"#))
            .chain(greetings.map(|greeting| text(id, &format!("42{greeting}"))))
            .collect()
    }

    fn receive_event(&mut self, id: TransportId, packet: &str) -> Vec<Parcel> {
        let (ack, packet) = split(&packet[2..]);
        let name = packet[0].as_str().expect("a name").to_owned();
        if name == "ping" && self.answers_pings {
            let ack = ack.expect("pings want an answer");
            return vec![text(id, &format!("43{ack}{}", json!([packet[1]])))];
        }
        self.inbox.push_back(Emitted {
            name,
            body: packet[1].clone(),
            packet,
            ack,
            on: id,
        });
        Vec::new()
    }
}

fn handshake() -> Json {
    json!({
        "sid": "e", "upgrades": [], "pingInterval": PING_INTERVAL_MS, "pingTimeout": 20_000,
        "maxPayload": 1_000_000,
    })
}

/// A frame of text.
pub(super) fn text(id: TransportId, packet: &str) -> Parcel {
    (id, TransportEvent::Frame(Frame::Text(packet.to_owned())))
}

fn split(packet: &str) -> (Option<u64>, Json) {
    let (id, body) = packet.split_at(packet.find('[').expect("an array"));
    (id.parse().ok(), serde_json::from_str(body).expect("JSON"))
}
