//! `message:send`.

use nchat_realtime::wire::message::MessageSend;

use super::request::Request;
use crate::store::Store;

/// Takes its place in turn, and lets the next event of the socket go on while it is committed:
/// many sends of one socket share a commit.
pub(super) async fn send<S: Store>(request: Request<MessageSend, S>) {
    let (session, body, reply, turn) = request.open().await;
    let core = &session.shared.core;
    let submitted = body.and_then(|body| core.submit(&session.user, body));
    drop(turn);
    let result = match submitted {
        Ok(submitted) => core.settle(submitted).await,
        Err(refusal) => Err(refusal),
    };
    reply.send(result);
}
