//! `presence:*`, without settings.

use nchat_realtime::wire::presence::{
    PresenceGet, PresenceSubscribe, PresenceUnsubscribe, PresenceUpdate, PresenceWindow,
};
use serde::Serialize;
use serde_json::Value as Json;

use super::request::{Reply, Request};
use crate::core::{InOrder, Refusal};
use crate::store::Store;

pub(super) async fn update<S: Store>(request: Request<PresenceUpdate, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let core = &session.shared.core;
    let result = match body {
        Ok(body) => core.update_presence(session.caller(), body).await,
        Err(refusal) => Err(refusal),
    };
    reply.send_done(result);
}

pub(super) async fn heartbeat<S: Store>(request: Request<Json, S>) {
    let (session, body, reply, _turn) = request.open().await;
    if body.is_ok() {
        session.shared.core.heartbeat(session.caller()).await;
    }
    reply.send_done(body.map(|_| ()));
}

pub(super) async fn subscribe<S: Store>(request: Request<PresenceSubscribe, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let core = &session.shared.core;
    let result = match body {
        Ok(body) => core.subscribe_presence(session.caller(), body).await,
        Err(refusal) => Err(refusal),
    };
    send_in_order(reply, result);
    core.told().await;
}

pub(super) async fn unsubscribe<S: Store>(request: Request<PresenceUnsubscribe, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let core = &session.shared.core;
    let result = body.and_then(|body| core.unsubscribe_presence(session.caller(), body));
    reply.send_done(result);
}

pub(super) async fn get<S: Store>(request: Request<PresenceGet, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let core = &session.shared.core;
    let result = match body {
        Ok(body) => core.presences(session.caller(), body).await,
        Err(refusal) => Err(refusal),
    };
    send_in_order(reply, result);
    core.told().await;
}

pub(super) async fn window<S: Store>(request: Request<PresenceWindow, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let core = &session.shared.core;
    let result = match body {
        Ok(body) => core.presence_window(session.caller(), body).await,
        Err(refusal) => Err(refusal),
    };
    send_in_order(reply, result);
    core.told().await;
}

/// Answers before anything is told that came after the answer was made: it would else be taken
/// for the newer one.
fn send_in_order<R: Serialize>(reply: Reply, result: Result<(R, InOrder<'_>), Refusal>) {
    match result {
        Ok((answer, in_order)) => {
            reply.send(Ok(answer));
            drop(in_order);
        }
        Err(refusal) => reply.send::<R>(Err(refusal)),
    }
}
