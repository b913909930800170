//! `GET` and `PATCH /api/users/me/presence-settings`: the caller's own settings.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use nchat_realtime::wire::settings::PresenceSettingsUpdate;
use serde_json::{Value, json};

use super::Site;
use super::bearer::{caller, refused};
use crate::core::Refusal;
use crate::store::Store;

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

pub(super) async fn get<S: Store>(State(site): State<Arc<Site<S>>>, headers: HeaderMap) -> Answer {
    let user = caller(&site, &headers).map_err(refused)?;
    let settings = site.shared.core.presence_settings(&user).await;
    Ok(Json(
        json!({ "success": true, "data": settings.map_err(refused)? }),
    ))
}

/// Changes what the body names, and leaves the rest as it is.
pub(super) async fn patch<S: Store>(
    State(site): State<Arc<Site<S>>>,
    headers: HeaderMap,
    body: Result<Json<Value>, JsonRejection>,
) -> Answer {
    let user = caller(&site, &headers).map_err(refused)?;
    let update = read(body).map_err(refused)?;
    let settings = site.shared.core.change_settings(&user, update).await;
    Ok(Json(
        json!({ "success": true, "data": settings.map_err(refused)? }),
    ))
}

fn read(body: Result<Json<Value>, JsonRejection>) -> Result<PresenceSettingsUpdate, Refusal> {
    let malformed = || Refusal::invalid("body", "must be an object of settings");
    let Json(body) = body.map_err(|_| malformed())?;
    if !body.is_object() {
        return Err(malformed());
    }
    let update: PresenceSettingsUpdate =
        serde_path_to_error::deserialize(body).map_err(|error| {
            let path = error.path().to_string();
            Refusal::invalid(&path, "has the wrong type or value")
        })?;
    if update == PresenceSettingsUpdate::default() {
        return Err(Refusal::invalid("body", "must name a setting"));
    }
    Ok(update)
}
