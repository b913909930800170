//! `message:*`, `reaction:*` and receipts: what changes something in its turn.

use nchat_realtime::wire::message::MessageSend;
use nchat_realtime::wire::names;
use nchat_realtime::wire::operation::{MessageDelete, MessageEdit, ReactionChange};
use nchat_realtime::wire::receipt::{BatchReadAck, DeliveredAck, DeliverySync, ReadAck};
use serde::de::DeserializeOwned;

use super::request::Request;
use crate::core::Command;
use crate::store::Store;

pub(super) async fn send<S: Store>(request: Request<MessageSend, S>) {
    submit(request, |send| Command::Send(Box::new(send))).await;
}

pub(super) async fn edit<S: Store>(request: Request<MessageEdit, S>) {
    submit(request, Command::Edit).await;
}

pub(super) async fn delete<S: Store>(request: Request<MessageDelete, S>) {
    submit(request, Command::Delete).await;
}

pub(super) async fn add_reaction<S: Store>(request: Request<ReactionChange, S>) {
    submit(request, Command::ReactionAdd).await;
}

pub(super) async fn remove_reaction<S: Store>(request: Request<ReactionChange, S>) {
    submit(request, Command::ReactionRemove).await;
}

pub(super) async fn delivered<S: Store>(request: Request<DeliveredAck, S>) {
    submit(request, Command::Delivered).await;
}

pub(super) async fn read<S: Store>(request: Request<ReadAck, S>) {
    submit(request, Command::Read).await;
}

pub(super) async fn batch_read<S: Store>(request: Request<BatchReadAck, S>) {
    submit(request, Command::BatchRead).await;
}

/// Answers by an event where no acknowledgement is asked for, as the official clients expect.
pub(super) async fn delivery_sync<S: Store>(request: Request<DeliverySync, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let result = match body {
        Ok(body) => session.shared.core.delivery_sync(&session.user, body).await,
        Err(refusal) => Err(refusal),
    };
    reply.send_or_emit(names::DELIVERY_SYNC_RESPONSE, result);
}

/// Takes its place in turn, and lets the next event of the socket go on while it is committed:
/// many changes of one socket share a commit.
pub(super) async fn submit<T: DeserializeOwned, S: Store>(
    request: Request<T, S>,
    command: impl FnOnce(T) -> Command,
) {
    let (session, body, reply, turn) = request.open().await;
    let core = &session.shared.core;
    let submitted = body.and_then(|body| core.submit(session.caller(), command(body)));
    drop(turn);
    let result = match submitted {
        Ok(submitted) => core.settle(submitted).await,
        Err(refusal) => Err(refusal),
    };
    reply.send(result);
}
