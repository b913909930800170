//! `sync:*`.

use nchat_realtime::wire::resume::SyncResume;
use nchat_realtime::wire::sync::{SyncChannels, SyncMessages};

use super::request::Request;
use crate::store::Store;

pub(super) async fn messages<S: Store>(request: Request<SyncMessages, S>) {
    request
        .answer(async |core, session, body| core.sync_messages(&session.user, body).await)
        .await;
}

pub(super) async fn channels<S: Store>(request: Request<SyncChannels, S>) {
    request
        .answer(async |core, session, body| core.sync_channels(&session.user, body).await)
        .await;
}

pub(super) async fn resume<S: Store>(request: Request<SyncResume, S>) {
    request
        .answer(async |core, session, body| core.sync_resume(&session.user, body).await)
        .await;
}
