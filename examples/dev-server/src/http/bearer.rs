//! Who asks by plain HTTP: `Authorization: Bearer <token>`, the same tokens as on sockets.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use nchat_realtime::wire::error::ErrorCode;
use serde_json::{Value, json};

use super::Site;
use crate::core::{Refusal, User};
use crate::store::Store;

/// The user, counted against their limit of events.
pub(super) fn caller<S: Store>(site: &Site<S>, headers: &HeaderMap) -> Result<User, Refusal> {
    let header = headers.get(header::AUTHORIZATION);
    let token = header
        .and_then(|header| header.to_str().ok())
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let core = &site.shared.core;
    let identity = site.shared.tokens.verify(token, core.now_ms())?;
    core.admit(&identity.user.id)?;
    Ok(identity.user)
}

/// The status that goes with a refusal.
pub(super) fn status(refusal: &Refusal) -> StatusCode {
    match ErrorCode::parse(&refusal.0.code) {
        Some(ErrorCode::AuthRequired | ErrorCode::AuthFailed | ErrorCode::TokenExpired) => {
            StatusCode::UNAUTHORIZED
        }
        Some(ErrorCode::Forbidden | ErrorCode::NotInRoom) => StatusCode::FORBIDDEN,
        Some(ErrorCode::NotFound | ErrorCode::RoomNotFound) => StatusCode::NOT_FOUND,
        Some(ErrorCode::RateLimited) => StatusCode::TOO_MANY_REQUESTS,
        Some(ErrorCode::InternalError) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// A refusal as the product documents' routes say it.
pub(super) fn refused(refusal: Refusal) -> (StatusCode, Json<Value>) {
    let status = status(&refusal);
    let Refusal(error) = refusal;
    let body = json!({ "success": false, "error": error.message, "errorCode": error.code });
    (status, Json(body))
}
