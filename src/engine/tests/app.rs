//! What an app does with its client.

use serde_json::{Value as Json, json};

use super::peer::joined;
use super::world::{Settled, World};
use crate::engine::input::{Input, QueueCommand, Reply, RequestId, TokenSource};

impl World {
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

    /// Does something with the queue.
    pub(super) fn queue(&mut self, command: QueueCommand<Json>) -> Settled {
        let now = self.now;
        let answer = self.engine.queue(now, command);
        self.carry_on();
        answer
    }

    /// `queueMessage`, under a key of the test's.
    pub(super) fn queue_message(&mut self, room: &str, key: &str) -> Json {
        let message = json!({"channelId": room, "content": key, "clientMessageId": key});
        let id = self.queue(QueueCommand::Add(message)).expect("queued");
        let id = id.as_str().expect("an id");
        self.engine.queued_message(id).expect("it is there")
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
}
