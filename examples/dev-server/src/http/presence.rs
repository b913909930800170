//! `GET /presence/:channelId`: how a room's members are, as far as the caller may know. In the
//! words of the product documents' routes, `dnd` for busy among them.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use nchat_realtime::wire::presence::{
    PresenceChanged, PresenceStatus, PresenceWindow, PresenceWindowPage,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Site;
use super::bearer::{caller, refused};
use crate::core::{Caller, Refusal, User};
use crate::store::Store;

/// Which of the members: all that fit, where nothing is said.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    #[serde(default)]
    offset: u32,
    limit: Option<u32>,
}

pub(super) async fn get<S: Store>(
    State(site): State<Arc<Site<S>>>,
    Path(room_name): Path<String>,
    part: Result<Query<Part>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let user = caller(&site, &headers).map_err(refused)?;
    let malformed = |_| Refusal::invalid("offset, limit", "must be numbers");
    let Query(Part { offset, limit }) = part.map_err(malformed).map_err(refused)?;
    let request = PresenceWindow {
        room_name: room_name.clone(),
        offset,
        limit,
    };
    let page = window(&site, &user, request).await.map_err(refused)?;
    let users: Vec<Value> = page.presences.iter().map(seen).collect();
    let counts = page.counts;
    Ok(Json(json!({
        "channelId": room_name,
        "users": users,
        "offset": page.offset,
        "total": page.total,
        "count": {
            "online": counts.online,
            "away": counts.away,
            "dnd": counts.busy,
            "offline": counts.offline,
        },
    })))
}

async fn window<S: Store>(
    site: &Site<S>,
    user: &User,
    request: PresenceWindow,
) -> Result<PresenceWindowPage, Refusal> {
    let caller = Caller::without_socket(user);
    let core = &site.shared.core;
    let (page, in_order) = core.presence_window(caller, request).await?;
    drop(in_order);
    core.told().await;
    Ok(page)
}

fn seen(presence: &PresenceChanged) -> Value {
    let status = match presence.status {
        PresenceStatus::Busy => "dnd",
        status => status.as_str(),
    };
    json!({
        "userId": presence.user_id,
        "status": status,
        "lastSeen": presence.last_seen,
    })
}
