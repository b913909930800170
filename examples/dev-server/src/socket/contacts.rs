//! `contacts:*` and `block:*`.

use nchat_realtime::wire::contacts::Contact;
use serde_json::Value as Json;

use super::request::Request;
use crate::store::{RelationKind, Store};

pub(super) async fn list<S: Store>(request: Request<Json, S>) {
    list_of(request, RelationKind::Contact).await;
}

pub(super) async fn add<S: Store>(request: Request<Contact, S>) {
    relate(request, RelationKind::Contact, true).await;
}

pub(super) async fn remove<S: Store>(request: Request<Contact, S>) {
    relate(request, RelationKind::Contact, false).await;
}

pub(super) async fn list_blocked<S: Store>(request: Request<Json, S>) {
    list_of(request, RelationKind::Block).await;
}

pub(super) async fn block<S: Store>(request: Request<Contact, S>) {
    relate(request, RelationKind::Block, true).await;
}

pub(super) async fn unblock<S: Store>(request: Request<Contact, S>) {
    relate(request, RelationKind::Block, false).await;
}

async fn list_of<S: Store>(request: Request<Json, S>, kind: RelationKind) {
    request
        .answer(async |core, session, _body| core.relations(&session.user, kind).await)
        .await;
}

async fn relate<S: Store>(request: Request<Contact, S>, kind: RelationKind, is_there: bool) {
    request
        .answer(async |core, session, body| {
            core.relate(session.caller(), kind, body, is_there).await
        })
        .await;
}
