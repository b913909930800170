//! `room:*` and its aliases.

use std::sync::atomic::Ordering;

use nchat_realtime::wire::room::{RoomCreate, RoomJoin, RoomLeave, RoomMembers};

use super::outlet::add_plugin_dialect;
use super::request::Request;
use crate::store::Store;

pub(super) async fn join<S: Store>(request: Request<RoomJoin, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let result = match body {
        Ok(body) => session.shared.core.join_room(session.caller(), body).await,
        Err(refusal) => Err(refusal),
    };
    if let Ok(joined) = &result
        && session.speaks_plugin_dialect.load(Ordering::Relaxed)
    {
        add_plugin_dialect(&reply.socket, &joined.room_name);
    }
    reply.send(result);
}

pub(super) async fn join_as_channel<S: Store>(request: Request<RoomJoin, S>) {
    request
        .session
        .speaks_plugin_dialect
        .store(true, Ordering::Relaxed);
    join(request).await;
}

pub(super) async fn leave<S: Store>(request: Request<RoomLeave, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let result = match body {
        Ok(body) => session.shared.core.leave_room(session.caller(), body).await,
        Err(refusal) => Err(refusal),
    };
    reply.send_done(result);
}

pub(super) async fn create<S: Store>(request: Request<RoomCreate, S>) {
    request
        .answer(async |core, session, body| core.create_room(session.caller(), body).await)
        .await;
}

pub(super) async fn members<S: Store>(request: Request<RoomMembers, S>) {
    request
        .answer(async |core, session, body| core.room_members(&session.user, body).await)
        .await;
}
