//! What the server does, and what the test sees of it.

use serde_json::{Value as Json, json};

use super::server::{Emitted, PING_INTERVAL_MS, text};
use super::world::World;
use crate::engine::input::Input;
use crate::socketio::{TransportEvent, TransportId};

impl World {
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

    pub(super) fn server_pings(&mut self) {
        self.next_ping_ms = self.now.mono_ms + PING_INTERVAL_MS;
        if !self.server.is_cut {
            self.server_sends_frame("2");
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
