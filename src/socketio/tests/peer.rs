//! A session and a small server, with a network between them that delivers in any order that
//! real connections allow: each WebSocket, GET and POST keeps its own order and no other.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::server::{Answer, Server};
use crate::socketio::{
    CloseReason, Endpoint, Session, SessionConfig, SessionEvent, SessionOutput, TransportCommand,
    TransportEvent, TransportId, TransportKind,
};
use TransportKind::{Polling, WebSocket};

/// Most deliveries until a pair is quiet.
const MAX_TURNS: usize = 10_000;

/// One direction of one connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    WebSocketUp,
    WebSocketDown,
    GetUp,
    GetDown,
    PostUp,
    PostDown,
}

enum Parcel {
    Command(TransportCommand<Json>),
    Event(TransportEvent<Json>),
}

struct Pair {
    session: Session<Json>,
    server: Server,
    lanes: BTreeMap<(TransportId, Lane), VecDeque<Parcel>>,
    delivered: Vec<Json>,
    acks: Vec<(u64, Json)>,
    refusal: Option<String>,
    reason: Option<CloseReason>,
    now_ms: u64,
}

impl Pair {
    fn new(transports: &[TransportKind], auth: Option<Json>, server: Server) -> Self {
        let endpoint = Endpoint::parse("http://host").unwrap();
        let config = SessionConfig {
            transports: transports.to_vec(),
            auth,
            ..SessionConfig::new(endpoint)
        };
        let mut pair = Self {
            session: Session::new(config, 0),
            server,
            lanes: BTreeMap::new(),
            delivered: Vec::new(),
            acks: Vec::new(),
            refusal: None,
            reason: None,
            now_ms: 0,
        };
        pair.drain();
        pair
    }

    /// Delivers until nothing is under way, fairly: no lane waits for ever on a busy one.
    fn settle(&mut self) {
        for turn in 0..MAX_TURNS {
            if !self.deliver(turn) {
                return;
            }
        }
        panic!("the two sides talk without end");
    }

    /// Delivers the oldest parcel of one lane; `choice` picks the lane.
    fn deliver(&mut self, choice: usize) -> bool {
        self.lanes.retain(|_, lane| !lane.is_empty());
        if self.lanes.is_empty() {
            return false;
        }
        let key = *self.lanes.keys().nth(choice % self.lanes.len()).unwrap();
        let parcel = self.lanes.get_mut(&key).and_then(VecDeque::pop_front);
        self.now_ms += 1;
        match parcel {
            Some(Parcel::Command(command)) => {
                let answers = self.server.handle(command);
                self.send_down(answers);
            }
            Some(Parcel::Event(event)) => {
                self.session.handle_transport(self.now_ms, key.0, event);
                self.drain();
            }
            None => {}
        }
        true
    }

    fn emit(&mut self, packet: &Json, wants_ack: bool) {
        self.session.emit(self.now_ms, packet, wants_ack).unwrap();
        self.drain();
    }

    fn emit_from_server(&mut self, packet: &Json) {
        let answers = self.server.emit(packet);
        self.send_down(answers);
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.poll_output() {
            assert_eq!(self.reason, None, "nothing comes after the end");
            match output {
                SessionOutput::Transport(command) => self.send_up(command),
                SessionOutput::Event(event) => self.keep(event),
            }
        }
    }

    fn keep(&mut self, event: SessionEvent<Json>) {
        match event {
            SessionEvent::Event { packet, .. } => self.delivered.push(packet),
            SessionEvent::Ack { id, args } => self.acks.push((id, args)),
            SessionEvent::ConnectError { message, .. } => self.refusal = Some(message),
            SessionEvent::Closed { reason, .. } => self.reason = Some(reason),
            _ => {}
        }
    }

    fn send_up(&mut self, command: TransportCommand<Json>) {
        let (id, lane) = match &command {
            TransportCommand::Open { id, .. } | TransportCommand::Send { id, .. } => {
                (*id, Lane::WebSocketUp)
            }
            TransportCommand::Get { id, .. } => (*id, Lane::GetUp),
            TransportCommand::Post { id, .. } => (*id, Lane::PostUp),
            TransportCommand::Close { id } => (*id, Lane::WebSocketUp),
        };
        self.push(id, lane, Parcel::Command(command));
    }

    fn send_down(&mut self, answers: Vec<Answer>) {
        for (id, event) in answers {
            let lane = match &event {
                TransportEvent::Got(_) => Lane::GetDown,
                TransportEvent::Posted => Lane::PostDown,
                _ => Lane::WebSocketDown,
            };
            self.push(id, lane, Parcel::Event(event));
        }
    }

    fn push(&mut self, id: TransportId, lane: Lane, parcel: Parcel) {
        self.lanes.entry((id, lane)).or_default().push_back(parcel);
    }
}

#[test]
fn every_order_of_transports_connects_and_carries_events_and_answers() {
    for (transports, carried_by) in [
        (&[WebSocket][..], WebSocket),
        (&[Polling], Polling),
        (&[WebSocket, Polling], WebSocket),
        (&[Polling, WebSocket], WebSocket),
    ] {
        let mut pair = Pair::new(transports, None, Server::default());
        pair.settle();
        assert!(pair.session.is_connected());
        assert_eq!(pair.session.transport(), Some(carried_by));
        pair.emit(&json!(["a"]), true);
        pair.emit_from_server(&json!(["b"]));
        pair.settle();
        assert_eq!(pair.server.received, [json!(["a"])]);
        assert_eq!(pair.delivered, [json!(["b"])]);
        assert_eq!(pair.acks, [(0, json!([["a"]]))]);
    }
}

#[test]
fn a_server_without_websocket_is_reached_by_polling() {
    for transports in [&[WebSocket, Polling], &[Polling, WebSocket]] {
        let mut pair = Pair::new(transports, None, Server::without_websocket());
        pair.settle();
        assert!(pair.session.is_connected());
        assert_eq!(pair.session.transport(), Some(Polling));
        assert!(!pair.server.was_upgraded);
    }
}

#[test]
fn a_wrong_token_is_refused_and_a_right_one_accepted() {
    for (token, is_accepted) in [("wrong", false), ("right", true)] {
        for transports in [[WebSocket], [Polling]] {
            let auth = Some(json!({ "token": token }));
            let mut pair = Pair::new(&transports, auth, Server::with_token("right"));
            pair.settle();
            assert_eq!(pair.session.is_connected(), is_accepted);
            let refusal = (!is_accepted).then(|| "Invalid token".to_owned());
            assert_eq!(pair.refusal, refusal);
            assert_eq!(pair.reason.is_some(), !is_accepted);
        }
    }
}

#[test]
fn the_server_hears_every_goodbye_and_every_transport_is_closed_once() {
    for transports in [
        &[WebSocket][..],
        &[Polling],
        &[WebSocket, Polling],
        &[Polling, WebSocket],
    ] {
        let mut pair = Pair::new(transports, None, Server::default());
        pair.settle();
        pair.session.disconnect(pair.now_ms);
        pair.drain();
        pair.settle();
        assert!(pair.server.was_left);
        assert_eq!(pair.reason, Some(CloseReason::ClientDisconnect));
        let opened = pair.session.next_transport_id().0;
        let mut closed: Vec<u32> = pair.server.closed.iter().map(|id| id.0).collect();
        closed.sort_unstable();
        assert_eq!(closed, (0..opened).collect::<Vec<u32>>());
    }
}

/// What may happen next: a delivery, or one side sends.
#[derive(Clone, Debug)]
enum Step {
    Deliver(usize),
    Emit,
    EmitFromServer,
    Ping,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_usize..12).prop_map(Step::Deliver),
        1 => Just(Step::Emit),
        1 => Just(Step::EmitFromServer),
        1 => Just(Step::Ping),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_096,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_is_lost_doubled_or_overtaken_whatever_the_network_does_during_an_upgrade(
        steps in prop::collection::vec(step(), 0..120),
        websocket_first in any::<bool>(),
    ) {
        let transports = if websocket_first { [WebSocket, Polling] } else { [Polling, WebSocket] };
        let mut pair = Pair::new(&transports, None, Server::default());
        let (mut sent, mut sent_by_server) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Deliver(choice) => {
                    pair.deliver(choice);
                }
                Step::Emit if pair.session.is_connected() => {
                    let packet = json!(["up", sent.len()]);
                    pair.emit(&packet, true);
                    sent.push(packet);
                }
                Step::EmitFromServer if pair.session.is_connected() => {
                    let packet = json!(["down", sent_by_server.len()]);
                    pair.emit_from_server(&packet);
                    sent_by_server.push(packet);
                }
                Step::Ping if pair.session.is_connected() => {
                    let answers = pair.server.ping();
                    pair.send_down(answers);
                }
                _ => {}
            }
        }
        pair.settle();
        prop_assert_eq!(pair.session.transport(), Some(WebSocket));
        prop_assert_eq!(pair.server.was_upgraded, !websocket_first);
        prop_assert_eq!(&pair.server.received, &sent);
        prop_assert_eq!(&pair.delivered, &sent_by_server);
        let acks: Vec<(u64, Json)> = (0..).zip(sent.iter().map(|packet| json!([packet]))).collect();
        prop_assert_eq!(&pair.acks, &acks);
        prop_assert_eq!(pair.reason, None);
    }
}
