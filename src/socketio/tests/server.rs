//! A small Socket.IO server: one client, both transports, upgrade, as the official one does it.

use std::collections::VecDeque;

use serde_json::{Value as Json, json};

use super::client::HANDSHAKE;
use crate::socketio::{Frame, TransportCommand, TransportEvent, TransportId};

/// What the server answers, on the transport it answers on.
pub(super) type Answer = (TransportId, TransportEvent<Json>);

#[derive(Default)]
pub(super) struct Server {
    /// Bodies of the events that came, in order.
    pub(super) received: Vec<Json>,
    /// Transports that the client closed.
    pub(super) closed: Vec<TransportId>,
    pub(super) was_upgraded: bool,
    /// The goodbye came: `41`.
    pub(super) was_left: bool,
    refuses_websocket: bool,
    /// The token that CONNECT has to have, if any.
    token: Option<&'static str>,
    /// Packets that wait for a way to the client.
    queue: VecDeque<String>,
    websocket: Option<TransportId>,
    is_upgrading: bool,
    poll: Option<TransportId>,
    is_open: bool,
}

impl Server {
    pub(super) fn without_websocket() -> Self {
        Self {
            refuses_websocket: true,
            ..Self::default()
        }
    }

    pub(super) fn with_token(token: &'static str) -> Self {
        Self {
            token: Some(token),
            ..Self::default()
        }
    }

    /// Sends an event to the client.
    pub(super) fn emit(&mut self, body: &Json) -> Vec<Answer> {
        self.queue.push_back(format!("42{body}"));
        self.flush()
    }

    /// Sends an Engine.IO ping.
    pub(super) fn ping(&mut self) -> Vec<Answer> {
        self.queue.push_back("2".to_owned());
        self.flush()
    }

    pub(super) fn handle(&mut self, command: TransportCommand<Json>) -> Vec<Answer> {
        match command {
            TransportCommand::Open { id, .. } if self.refuses_websocket => vec![(
                id,
                TransportEvent::Failed {
                    detail: "refused".to_owned(),
                },
            )],
            TransportCommand::Open { id, url } => {
                let mut answers = vec![(id, TransportEvent::Opened)];
                if !url.contains("sid=") {
                    self.is_open = true;
                    self.websocket = Some(id);
                    answers.push((id, text(HANDSHAKE)));
                }
                answers
            }
            TransportCommand::Send { id, frames } => frames
                .into_iter()
                .flat_map(|frame| match frame {
                    Frame::Text(packet) => self.receive_on_websocket(id, &packet),
                    Frame::Bytes(_) => Vec::new(),
                })
                .collect(),
            TransportCommand::Get { id, .. } if !self.is_open => {
                self.is_open = true;
                vec![(id, TransportEvent::Got(HANDSHAKE.to_owned()))]
            }
            TransportCommand::Get { id, .. } => {
                assert_eq!(self.poll, None, "two GETs at once");
                self.poll = Some(id);
                self.flush()
            }
            TransportCommand::Post { id, body, .. } => {
                let mut answers: Vec<Answer> = body
                    .split('\u{1e}')
                    .flat_map(|packet| self.receive(packet))
                    .collect();
                answers.push((id, TransportEvent::Posted));
                answers
            }
            TransportCommand::Close { id } => {
                self.closed.push(id);
                Vec::new()
            }
        }
    }

    fn receive_on_websocket(&mut self, id: TransportId, packet: &str) -> Vec<Answer> {
        match packet {
            "2probe" => {
                self.is_upgrading = true;
                let mut answers = vec![(id, text("3probe"))];
                answers.extend(self.flush());
                answers
            }
            "5" => {
                self.is_upgrading = false;
                self.was_upgraded = true;
                self.websocket = Some(id);
                self.flush()
            }
            packet => self.receive(packet),
        }
    }

    fn receive(&mut self, packet: &str) -> Vec<Answer> {
        if packet == "41" {
            self.was_left = true;
        } else if let Some(auth) = packet.strip_prefix("40") {
            self.queue.push_back(self.answer_to_connect(auth));
        } else if let Some(body) = packet.strip_prefix("42") {
            self.receive_event(body);
        } else {
            assert!(matches!(packet, "1" | "3"), "unexpected packet {packet}");
        }
        self.flush()
    }

    fn answer_to_connect(&self, auth: &str) -> String {
        let token = serde_json::from_str::<Json>(auth)
            .ok()
            .and_then(|auth| auth["token"].as_str().map(str::to_owned));
        if self.token.is_none() || token.as_deref() == self.token {
            r#"40{"sid":"me"}"#.to_owned()
        } else {
            r#"44{"message":"Invalid token","data":{"retryable":false}}"#.to_owned()
        }
    }

    /// Keeps the body, and answers with it where an answer is wanted.
    fn receive_event(&mut self, body: &str) {
        let start = body.find('[').expect("an array");
        let (id, body) = body.split_at(start);
        let body: Json = serde_json::from_str(body).expect("JSON");
        if !id.is_empty() {
            self.queue.push_back(format!("43{id}{}", json!([body])));
        }
        self.received.push(body);
    }

    /// Sends what waits; while upgrading, answers a poll with a noop if there is nothing.
    fn flush(&mut self) -> Vec<Answer> {
        if let Some(id) = self.websocket {
            return self
                .queue
                .drain(..)
                .map(|packet| (id, text(&packet)))
                .collect();
        }
        if self.queue.is_empty() && !self.is_upgrading {
            return Vec::new();
        }
        let Some(id) = self.poll.take() else {
            return Vec::new();
        };
        let packets: Vec<String> = self.queue.drain(..).collect();
        let payload = match packets.len() {
            0 => "6".to_owned(),
            _ => packets.join("\u{1e}"),
        };
        vec![(id, TransportEvent::Got(payload))]
    }
}

fn text(packet: &str) -> TransportEvent<Json> {
    TransportEvent::Frame(Frame::Text(packet.to_owned()))
}
