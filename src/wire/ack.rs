//! The envelope of acknowledgements: `{success, data?, error?}`.

use serde::Serialize;

use super::error::{ErrorBody, ErrorCode};
use crate::socketio::Value;

/// What a server answers, as it writes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AckEnvelope<T> {
    /// Whether it was done.
    pub success: bool,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
    /// Why it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
}

impl AckEnvelope<()> {
    /// `{success: true}`, for what has no result.
    pub const fn done() -> Self {
        Self {
            success: true,
            data: None,
            error: None,
        }
    }
}

impl<T> From<Result<T, ErrorBody>> for AckEnvelope<T> {
    fn from(result: Result<T, ErrorBody>) -> Self {
        match result {
            Ok(data) => Self {
                success: true,
                data: Some(data),
                error: None,
            },
            Err(error) => Self {
                success: false,
                data: None,
                error: Some(error),
            },
        }
    }
}

/// A server's refusal, as a client reads it. `details` stays where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal<V> {
    /// The server's code; `INTERNAL_ERROR` where it gave none.
    pub code: String,
    /// The server's message; `Unknown error` where it gave none.
    pub message: String,
    /// What the server says, else what the code means, else false.
    pub retryable: bool,
    /// Not before this many milliseconds have passed.
    pub retry_after_ms: Option<u64>,
    /// More for programs.
    pub details: Option<V>,
}

/// What a client makes of an acknowledgement. No answer is malformed: sources differ, and a
/// missing body is an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Ack<V> {
    /// `{success: true, data?}`, or flat, `{success: true, messageId, ...}`.
    Success {
        /// The field `data`.
        data: Option<V>,
        /// The whole body.
        envelope: V,
    },
    /// `{success: false, error?}`.
    Failure(Refusal<V>),
    /// Without a boolean `success`: not the envelope. `None` where there was no argument.
    Bare(Option<V>),
}

impl<V: Value> Ack<V> {
    /// Reads the first argument of an acknowledgement; `args` is the array of all.
    pub fn read(args: &V) -> Self {
        let Some(body) = args.element(0) else {
            return Self::Bare(None);
        };
        match body
            .field("success")
            .and_then(|success| success.as_boolean())
        {
            Some(true) => Self::Success {
                data: body.field("data"),
                envelope: body,
            },
            Some(false) => Self::Failure(Refusal::read(&body)),
            None => Self::Bare(Some(body)),
        }
    }

    /// The answer that came, if one did: [`Ack::read`] and [`Ack::into_body`] of it.
    pub fn answer(args: Option<&V>) -> Option<Result<Option<V>, Refusal<V>>> {
        args.map(|args| Self::read(args).into_body())
    }

    /// Where the answer's fields are, or why there is no answer: `data`, else the flat or bare
    /// body; `None` for an answer without any.
    pub fn into_body(self) -> Result<Option<V>, Refusal<V>> {
        match self {
            Self::Success { data, envelope } => Ok(Some(data.unwrap_or(envelope))),
            Self::Failure(refusal) => Err(refusal),
            Self::Bare(body) => Ok(body.filter(|body| !body.is_null())),
        }
    }
}

impl<V: Value> Refusal<V> {
    /// Reads an error body, or an envelope with one under `error`, as object or text.
    pub fn read(body: &V) -> Self {
        let error = body.field("error").unwrap_or_else(|| body.clone());
        let text = |key| error.field(key).and_then(|value| value.as_text());
        let code = text("code").unwrap_or_else(|| ErrorCode::InternalError.as_str().to_owned());
        let known = ErrorCode::parse(&code).is_some_and(ErrorCode::retryable);
        Self {
            message: error
                .as_text()
                .or_else(|| text("message"))
                .unwrap_or_else(|| "Unknown error".to_owned()),
            retryable: error
                .field("retryable")
                .and_then(|value| value.as_boolean())
                .unwrap_or(known),
            retry_after_ms: error
                .field("retryAfterMs")
                .and_then(|value| value.as_number())
                .filter(|delay| delay.is_finite() && *delay >= 0.0)
                .map(|delay| delay as u64),
            details: error.field("details"),
            code,
        }
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn the_answers_fields_are_found_in_data_flat_or_bare() {
        let cases = [
            (
                json!([{ "success": true, "data": { "messageId": "m" } }]),
                json!({ "messageId": "m" }),
            ),
            (
                json!([{ "success": true, "messageId": "m" }]),
                json!({ "success": true, "messageId": "m" }),
            ),
            (json!([{ "timestamp": 7 }]), json!({ "timestamp": 7 })),
            (json!([{ "success": "yes" }]), json!({ "success": "yes" })),
            (json!(["text", 2]), json!("text")),
        ];
        for (args, body) in cases {
            assert_eq!(Ack::read(&args).into_body(), Ok(Some(body)), "{args}");
        }
    }

    #[test]
    fn a_missing_body_is_an_answer() {
        for args in [json!([]), json!([null])] {
            assert_eq!(Ack::read(&args).into_body(), Ok(None), "{args}");
        }
    }

    #[test]
    fn a_refusal_is_read_whatever_it_lacks() {
        let refusal = |args: Json| Ack::read(&args).into_body().expect_err("refused");
        let full = refusal(json!([{ "success": false, "error": {
            "code": "RATE_LIMITED", "message": "Slow down", "retryable": true,
            "retryAfterMs": 250, "details": { "limit": 100 },
        } }]));
        assert_eq!(
            (full.code.as_str(), full.message.as_str()),
            ("RATE_LIMITED", "Slow down")
        );
        assert_eq!((full.retryable, full.retry_after_ms), (true, Some(250)));
        assert_eq!(full.details, Some(json!({ "limit": 100 })));

        let known = refusal(json!([{ "success": false, "error": { "code": "TIMEOUT" } }]));
        assert!(
            known.retryable,
            "what the code means where the server does not say"
        );
        let text = refusal(json!([{ "success": false, "error": "nope" }]));
        assert_eq!(
            (text.code.as_str(), text.message.as_str()),
            ("INTERNAL_ERROR", "nope")
        );
        let nothing = refusal(json!([{ "success": false, "error": null }]));
        assert_eq!(nothing.message, "Unknown error");
        let absurd = refusal(json!([{ "success": false, "error": { "retryAfterMs": -1 } }]));
        assert_eq!(absurd.retry_after_ms, None);
    }

    #[test]
    fn an_envelope_leaves_out_what_it_does_not_have() {
        let encode = |envelope| serde_json::to_value(envelope).expect("encodes");
        assert_eq!(
            encode(AckEnvelope::from(Ok(7))),
            json!({ "success": true, "data": 7 })
        );
        let refused = AckEnvelope::<u8>::from(Err(ErrorBody::new(ErrorCode::RoomNotFound)));
        assert_eq!(
            encode(refused),
            json!({ "success": false, "error": {
                "code": "ROOM_NOT_FOUND", "message": "Room not found", "retryable": false,
            } })
        );
        let done = serde_json::to_value(AckEnvelope::done()).expect("encodes");
        assert_eq!(done, json!({ "success": true }));
    }
}
