//! `POST /dev/token {userId, name?, avatar?}`, in development only: a token for whoever asks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use nchat_realtime::wire::error::ErrorBody;
use nchat_realtime::wire::ids::check_user_id;
use serde::{Deserialize, Serialize};

use super::Site;
use crate::core::{Refusal, User};
use crate::store::Store;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenRequest {
    user_id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    avatar: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct TokenResponse {
    token: String,
}

pub(super) async fn issue<S: Store>(
    State(site): State<Arc<Site<S>>>,
    request: Result<Json<TokenRequest>, JsonRejection>,
) -> Result<Json<TokenResponse>, (StatusCode, Json<ErrorBody>)> {
    let refused = |refusal: Refusal| (StatusCode::BAD_REQUEST, Json(refusal.0));
    let Json(TokenRequest {
        user_id,
        name,
        avatar,
    }) = request.map_err(|_| refused(Refusal::invalid("body", "must be JSON with a `userId`")))?;
    check_user_id(&user_id).map_err(|problem| refused(Refusal::invalid("userId", problem)))?;
    let user = User {
        id: user_id,
        name,
        avatar,
    };
    let token = site
        .shared
        .tokens
        .sign(&user, site.shared.core.now_ms())
        .map_err(|code| refused(code.into()))?;
    Ok(Json(TokenResponse { token }))
}
