//! The one error that leaves the engine.

use std::ops::{Deref, DerefMut};

use crate::socketio::{EmitError, Value, ValueError, said};
use crate::wire::error::ErrorCode;

/// An error for the app: what happened, why, and what to do, under a stable code.
///
/// It is as large as a pointer, as every result that passes it on has room for it.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientError<V>(Box<ErrorDetails<V>>);

/// What a [`ClientError`] says.
///
/// The code is text, since a server may answer with codes of its own, which pass through.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorDetails<V> {
    /// Upper case with underscores; ours are listed in [`ErrorCode`].
    pub code: String,
    /// For people.
    pub message: String,
    /// Whether the same call can succeed later as it is.
    pub retryable: bool,
    /// How long the server asked to wait, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// What the server sent along.
    pub details: Option<V>,
}

impl<V: Value> ClientError<V> {
    /// An error of ours.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::from(ErrorDetails {
            code: code.as_str().to_owned(),
            message: message.into(),
            retryable: code.retryable(),
            retry_after_ms: None,
            details: None,
        })
    }

    /// The documents' answer to anything that needs a connection while there is none.
    pub fn not_connected() -> Self {
        Self::new(ErrorCode::NotConnected, "Socket not connected")
    }

    /// What needs a room that the app has not joined.
    pub fn not_in_room(name: &str) -> Self {
        let text = format!("Not in room: {name}. Call joinRoom() first");
        Self::new(ErrorCode::NotInRoom, text)
    }

    /// Whether it carries this code.
    pub fn is(&self, code: ErrorCode) -> bool {
        self.code == code.as_str()
    }

    /// The documents' acknowledgement of a failure: `{success: false, error: {code, message}}`.
    pub fn to_ack(&self) -> V {
        let error = V::object(&[
            ("code", V::string(&self.code)),
            ("message", V::string(&self.message)),
            ("retryable", V::boolean(self.retryable)),
        ]);
        V::object(&[("success", V::boolean(false)), ("error", error)])
    }
}

impl<V> From<ErrorDetails<V>> for ClientError<V> {
    fn from(details: ErrorDetails<V>) -> Self {
        Self(Box::new(details))
    }
}

impl<V> Deref for ClientError<V> {
    type Target = ErrorDetails<V>;

    fn deref(&self) -> &ErrorDetails<V> {
        &self.0
    }
}

impl<V> DerefMut for ClientError<V> {
    fn deref_mut(&mut self) -> &mut ErrorDetails<V> {
        &mut self.0
    }
}

impl<V: Value> From<EmitError> for ClientError<V> {
    fn from(error: EmitError) -> Self {
        let code = match &error {
            EmitError::NotConnected => return Self::not_connected(),
            EmitError::TooLarge { .. } => ErrorCode::PayloadTooLarge,
            EmitError::BufferFull => ErrorCode::QueueFull,
            _ => ErrorCode::ValidationError,
        };
        Self::new(code, said(&error))
    }
}

impl<V: Value> From<ValueError> for ClientError<V> {
    fn from(error: ValueError) -> Self {
        Self::new(ErrorCode::ValidationError, said(&error))
    }
}
