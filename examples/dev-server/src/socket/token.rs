//! `auth:refresh`.

use nchat_realtime::wire::connection::{AuthRefresh, AuthRefreshed};
use nchat_realtime::wire::error::ErrorCode;

use super::request::Request;
use super::session::Session;
use crate::core::{Refusal, iso8601};
use crate::store::Store;

/// Puts the socket under a new token of the same user.
pub(super) async fn refresh<S: Store>(request: Request<AuthRefresh, S>) {
    request
        .answer(async |_core, session, body| renew(session, &body.token))
        .await;
}

fn renew<S: Store>(session: &Session<S>, token: &str) -> Result<AuthRefreshed, Refusal> {
    let shared = &session.shared;
    let identity = shared.tokens.verify(Some(token), shared.core.now_ms())?;
    if identity.user.id != session.user.id {
        return Err(ErrorCode::Forbidden.into());
    }
    session.expires_at_ms.send_replace(identity.expires_at_ms);
    Ok(AuthRefreshed {
        user_id: identity.user.id,
        expires_at: identity.expires_at_ms.map(iso8601),
    })
}
