//! An event as a handler gets it: counted, in its turn, decoded, and always answered.

use std::marker::PhantomData;
use std::sync::Arc;

use nchat_realtime::wire::ack::AckEnvelope;
use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::names;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::message::FromMessageParts;
use socketioxide::socket::Socket;
use socketioxide_core::Value;

use super::batch::Batch;
use super::session::Session;
use super::turn::Turn;
use crate::core::{Core, Refusal};
use crate::store::Store;

/// An event of a socket with a payload of type `T`.
pub(super) struct Request<T, S: Store> {
    pub(super) session: Arc<Session<S>>,
    pub(super) reply: Reply,
    payload: Payload<T>,
    /// Its place; events over the limit are refused out of turn.
    turn: Result<Turn, Refusal>,
}

/// A payload as it came. Decoded it takes many times the space, so it is decoded in its turn.
struct Payload<T> {
    socket: Arc<Socket>,
    value: Value,
    ack_id: Option<i64>,
    decoded: PhantomData<fn() -> T>,
}

/// Where the answer goes.
pub(super) struct Reply {
    pub(super) socket: SocketRef,
    ack: AckSender,
    wants_ack: bool,
}

/// The socket has no session: it never connected.
#[derive(Debug, thiserror::Error)]
#[error("the socket has no session")]
pub(super) struct NoSession;

impl<T: DeserializeOwned, S: Store> FromMessageParts<LocalAdapter> for Request<T, S> {
    type Error = NoSession;

    /// Runs while the packet is read, in the order of packets.
    fn from_message_parts(
        socket: &Arc<Socket>,
        value: &mut Value,
        ack_id: &Option<i64>,
    ) -> Result<Self, NoSession> {
        let session: Arc<Session<S>> = socket.extensions.get().ok_or(NoSession)?;
        let Ok(ack) = AckSender::from_message_parts(socket, value, ack_id);
        let Ok(socket_ref) = SocketRef::from_message_parts(socket, value, ack_id);
        let reply = Reply {
            socket: socket_ref,
            ack,
            wants_ack: ack_id.is_some(),
        };
        let admitted = session.shared.core.admit(&session.user.id);
        let turn = admitted.map(|()| session.turns.take());
        let payload = Payload {
            socket: Arc::clone(socket),
            value: value.clone(),
            ack_id: *ack_id,
            decoded: PhantomData,
        };
        Ok(Self {
            session,
            reply,
            payload,
            turn,
        })
    }
}

impl<T: DeserializeOwned, S: Store> Request<T, S> {
    /// Waits for the turn, and decodes. The next event of the socket waits until the last part is dropped.
    pub(super) async fn open(self) -> (Arc<Session<S>>, Result<T, Refusal>, Reply, Option<Turn>) {
        let Self {
            session,
            reply,
            payload,
            turn,
        } = self;
        match turn {
            Ok(mut turn) => {
                turn.come().await;
                (session, payload.decode(), reply, Some(turn))
            }
            Err(refusal) => (session, Err(refusal), reply, None),
        }
    }

    /// Runs `work` in turn and sends its result as acknowledgement.
    pub(super) async fn answer<R: Serialize>(
        self,
        work: impl AsyncFnOnce(&Core<S>, &Session<S>, T) -> Result<R, Refusal>,
    ) {
        let (session, body, reply, _turn) = self.open().await;
        let result = match body {
            Ok(body) => work(&session.shared.core, &session, body).await,
            Err(refusal) => Err(refusal),
        };
        reply.send(result);
    }
}

impl Reply {
    /// Acknowledges; where no acknowledgement was asked for, a refusal becomes an `error` event.
    pub(super) fn send<R: Serialize>(self, result: Result<R, Refusal>) {
        self.flush();
        let sent = match result {
            Err(Refusal(error)) if !self.wants_ack => self.socket.emit(names::ERROR, &error),
            result => self
                .ack
                .send(&AckEnvelope::from(result.map_err(|Refusal(error)| error))),
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "an answer was not sent");
        }
    }

    /// As [`Reply::send`]; where no acknowledgement was asked for, a result becomes an event.
    pub(super) fn send_or_emit<R: Serialize>(self, name: &str, result: Result<R, Refusal>) {
        match result {
            Ok(result) if !self.wants_ack => {
                self.flush();
                if let Err(error) = self.socket.emit(name, &result) {
                    tracing::debug!(%error, "an answer was not sent");
                }
            }
            result => self.send(result),
        }
    }

    /// As [`Reply::send`], for work that has no result: `{success: true}` alone.
    pub(super) fn send_done(self, result: Result<(), Refusal>) {
        match result {
            Ok(()) => self.send_bare(&AckEnvelope::done()),
            refused => self.send(refused),
        }
    }

    /// What the socket was told before goes before the answer.
    fn flush(&self) {
        if let Some(batch) = Batch::of(&self.socket) {
            batch.flush(&self.socket);
        }
    }

    /// Acknowledges with a body that is no envelope.
    pub(super) fn send_bare(self, body: &impl Serialize) {
        self.flush();
        if let Err(error) = self.ack.send(body) {
            tracing::debug!(%error, "an answer was not sent");
        }
    }
}

impl<T: DeserializeOwned> Payload<T> {
    fn decode(mut self) -> Result<T, Refusal> {
        decode(&self.socket, &mut self.value, &self.ack_id)
    }
}

fn decode<T: DeserializeOwned>(
    socket: &Arc<Socket>,
    value: &mut Value,
    ack_id: &Option<i64>,
) -> Result<T, Refusal> {
    if matches!(value, Value::Bytes(_) | Value::Str(_, Some(_))) {
        return Err(Refusal::invalid("payload", "must not contain binary data"));
    }
    let Ok(TryData(payload)) = TryData::<Json>::from_message_parts(socket, value, ack_id);
    // Without an argument there is nothing to decode: the same as null.
    let mut payload = payload.unwrap_or(Json::Null);
    if payload.is_null() {
        payload = Json::Object(serde_json::Map::new());
    }
    let Json::Object(fields) = &mut payload else {
        return Err(Refusal::invalid("payload", "must be an object"));
    };
    // Some clients send both names of the room.
    if fields.contains_key("roomName") {
        fields.remove("channelId");
    }
    serde_path_to_error::deserialize(payload).map_err(|error| {
        // The library's own message may quote the payload.
        let path = error.path().to_string();
        match path.as_str() {
            "." => missing_field(error.inner()),
            path => Refusal::invalid(path, "has the wrong type or value"),
        }
    })
}

/// A missing field is named by the library between backquotes.
fn missing_field(error: &serde_json::Error) -> Refusal {
    let text = error.to_string();
    let name = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split_once('`'))
        .map(|(name, _)| name);
    match name {
        Some(name) => Refusal::invalid(name, "is missing"),
        None => ErrorCode::ValidationError.into(),
    }
}

/// Answers an event that nobody handles, so that its sender does not wait in vain.
pub(super) async fn refuse_unknown<S: Store>(request: Request<Json, S>) {
    let (_session, body, reply, turn) = request.open().await;
    // Without a turn it was refused before it was looked at.
    let refusal = match (turn, body) {
        (None, Err(refusal)) => refusal,
        _ => ErrorCode::UnknownEvent.into(),
    };
    if reply.wants_ack {
        reply.send::<()>(Err(refusal));
    }
}
