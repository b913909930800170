//! `presence:settings:*`.

use nchat_realtime::wire::settings::PresenceSettingsUpdate;
use serde_json::Value as Json;

use super::messages::submit;
use super::request::Request;
use crate::core::Command;
use crate::store::Store;

pub(super) async fn get<S: Store>(request: Request<Json, S>) {
    request
        .answer(async |core, session, _body| core.presence_settings(&session.user).await)
        .await;
}

pub(super) async fn update<S: Store>(request: Request<PresenceSettingsUpdate, S>) {
    submit(request, Command::Settings).await;
}
