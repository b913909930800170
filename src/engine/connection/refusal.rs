//! What a server's refusal of the handshake means for the next attempt.

use crate::engine::device::find;
use crate::engine::error::{ClientError, ErrorDetails};
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

/// What to do after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The token is not accepted: another one may be.
    Token,
    /// No attempt can succeed.
    Final,
    /// Later, as after any failure.
    Later,
}

/// Reads a `CONNECT_ERROR`. Our servers say in `data` what they mean; of others the documented
/// messages are known, and anything else is taken to pass, since giving up wrongly is worse.
pub(crate) fn classify<V: Value>(message: &str, data: Option<V>) -> (Verdict, ClientError<V>) {
    let field = |key| data.as_ref().and_then(|data| data.field(key));
    let code = field("code").and_then(|code| code.as_text());
    let retryable = field("retryable").and_then(|retryable| retryable.as_boolean());
    let verdict = match (code.as_deref(), retryable) {
        (Some("AUTH_FAILED" | "AUTH_REQUIRED" | "TOKEN_EXPIRED" | "INVALID_TOKEN"), _) => {
            Verdict::Token
        }
        (_, Some(true)) => Verdict::Later,
        (_, Some(false)) => Verdict::Final,
        _ if is_about_the_token(message) => Verdict::Token,
        _ if message == "Invalid namespace" => Verdict::Final,
        _ => Verdict::Later,
    };
    let ours = match verdict {
        Verdict::Token => ErrorCode::AuthFailed,
        Verdict::Final | Verdict::Later => ErrorCode::ConnectionError,
    };
    let error = ClientError::from(ErrorDetails {
        code: code.unwrap_or_else(|| ours.as_str().to_owned()),
        message: message.to_owned(),
        retryable: verdict == Verdict::Later,
        retry_after_ms: field("retryAfterMs")
            .and_then(|ms| ms.as_number())
            .and_then(crate::engine::config::milliseconds),
        details: data.clone(),
    });
    (verdict, error)
}

fn is_about_the_token(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    [
        "authentication",
        "unauthorized",
        "unauthorised",
        "invalid token",
        "token expired",
        "jwt",
    ]
    .iter()
    .any(|word| find(&message, word).is_some())
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn verdict(message: &str, data: Option<Json>) -> Verdict {
        classify(message, data).0
    }

    #[test]
    fn the_documented_messages_are_about_the_token() {
        assert_eq!(verdict("Authentication required", None), Verdict::Token);
        assert_eq!(verdict("Invalid token", None), Verdict::Token);
    }

    #[test]
    fn the_servers_own_word_decides_before_the_message() {
        let busy = json!({"code": "RATE_LIMITED", "retryable": true, "retryAfterMs": 1500});
        let (verdict, error) = classify("Invalid token", Some(busy));
        assert_eq!(verdict, Verdict::Later);
        assert_eq!(
            (error.code.as_str(), error.retry_after_ms),
            ("RATE_LIMITED", Some(1_500))
        );
        assert_eq!(
            self::verdict("no", Some(json!({"code": "FORBIDDEN", "retryable": false}))),
            Verdict::Final
        );
        assert_eq!(
            self::verdict(
                "expired",
                Some(json!({"code": "TOKEN_EXPIRED", "retryable": true}))
            ),
            Verdict::Token
        );
    }

    #[test]
    fn an_unknown_refusal_is_tried_again_and_an_unknown_namespace_is_not() {
        assert_eq!(verdict("database is down", None), Verdict::Later);
        assert_eq!(verdict("Invalid namespace", None), Verdict::Final);
    }
}
