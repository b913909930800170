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
