//! Saying no.

use nchat_realtime::wire::error::{ErrorBody, ErrorCode};
use nchat_realtime::wire::ids::IdError;
use nchat_realtime::wire::message::MessageNew;
use serde_json::json;

use crate::store::StoreError;

/// Why something was not done, as the client is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(pub ErrorBody);

impl Refusal {
    /// A malformed field.
    pub fn invalid(field: &str, problem: impl std::fmt::Display) -> Self {
        let mut body =
            ErrorBody::with_message(ErrorCode::ValidationError, format!("`{field}` {problem}"));
        body.details = Some(json!({ "field": field }));
        Self(body)
    }

    /// A field with a name that is not allowed.
    pub(super) fn invalid_id(field: &'static str) -> impl Fn(IdError) -> Self {
        move |problem| Self::invalid(field, problem)
    }

    /// A field that is too large; `limit` in the unit that `unit` names.
    pub(super) fn too_large(field: &str, limit: usize, unit: &str) -> Self {
        let mut body = ErrorBody::with_message(
            ErrorCode::PayloadTooLarge,
            format!("`{field}` must not be larger than {limit} {unit}"),
        );
        body.details = Some(json!({ "field": field, "limit": limit }));
        Self(body)
    }

    /// An edit of a version that is no longer there; `current` is the message as it is now.
    pub(super) fn stale(current: &MessageNew) -> Self {
        let mut body = ErrorBody::new(ErrorCode::StaleVersion);
        body.details = Some(json!({ "current": current }));
        Self(body)
    }

    /// Another tab leads; `highest` is the highest fence that was seen of the device.
    pub(super) fn fenced(highest: u64) -> Self {
        let mut body = ErrorBody::new(ErrorCode::Fenced);
        body.details = Some(json!({ "fence": highest }));
        Self(body)
    }

    /// Too many events.
    pub(super) fn rate_limited(retry_after_ms: u64) -> Self {
        let mut body = ErrorBody::new(ErrorCode::RateLimited);
        body.retry_after_ms = Some(retry_after_ms);
        Self(body)
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self(ErrorBody::new(code))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        ErrorCode::InternalError.into()
    }
}
