//! The one list of error codes, and how an error travels.

use serde::{Deserialize, Serialize};

use super::json::Json;

macro_rules! error_codes {
    ($($(#[$doc:meta])+ $variant:ident, $code:literal, $retryable:literal, $message:literal;)+) => {
        /// Every code that the client or the server gives out. Codes never change their meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
        pub enum ErrorCode {
            $($(#[$doc])+ $variant,)+
        }

        impl ErrorCode {
            /// All codes, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The code as it travels: upper case with underscores.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The code that `text` names, if it is one of ours.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// The code whose own message `text` is: what a CONNECT_ERROR without data means.
            pub fn of_message(text: &str) -> Option<Self> {
                match text { $($message => Some(Self::$variant),)+ _ => None }
            }

            /// Whether the same request may succeed later without a change.
            pub const fn retryable(self) -> bool {
                match self { $(Self::$variant => $retryable,)+ }
            }

            /// The message where nothing more exact is known.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

error_codes! {
    /// No room of that name that this user may know of. Server.
    RoomNotFound, "ROOM_NOT_FOUND", false, "Room not found";
    /// A room of that name exists already. Server.
    RoomExists, "ROOM_EXISTS", false, "Room already exists";
    /// The room has as many members as it may have. Server.
    RoomFull, "ROOM_FULL", true, "Room is full";
    /// The user is no member of the room. Server.
    NotInRoom, "NOT_IN_ROOM", false, "Not a member of this room";
    /// The user may not do this. Server.
    Forbidden, "FORBIDDEN", false, "Not allowed";
    /// No such thing that this user may know of: a message that never was, or is deleted. Server.
    NotFound, "NOT_FOUND", false, "Not found";
    /// The request is malformed; `details.field` names the field where there is one. Both.
    ValidationError, "VALIDATION_ERROR", false, "Invalid request";
    /// The server knows no event of that name. Server.
    UnknownEvent, "UNKNOWN_EVENT", false, "Unknown event";
    /// The request or a part of it is larger than its limit. Both.
    PayloadTooLarge, "PAYLOAD_TOO_LARGE", false, "Payload too large";
    /// Too many events; `retryAfterMs` says when there is room again. Server.
    RateLimited, "RATE_LIMITED", true, "Too many events";
    /// More subscriptions to presence than one connection may have; `details.limit` says how many.
    /// Server.
    SubscriptionLimit, "SUBSCRIPTION_LIMIT", false, "Too many subscriptions";
    /// An edit was made from an older version; `details` has the current one. Server.
    StaleVersion, "STALE_VERSION", false, "The message has changed meanwhile";
    /// Another tab with a newer fencing epoch speaks for this device; `details.fence` is that
    /// epoch. Server.
    Fenced, "FENCED", false, "Another tab has taken over";
    /// The one that it names as the one before it is not stored: send that one first. Server.
    OutOfOrder, "OUT_OF_ORDER", true, "The one before it is missing";
    /// The server failed; nothing was changed. Server.
    InternalError, "INTERNAL_ERROR", true, "Internal error";
    /// No token was given where one is needed. Connect error.
    AuthRequired, "AUTH_REQUIRED", false, "Authentication required";
    /// The token is refused and will go on being refused. Connect error, `auth:refresh`.
    AuthFailed, "AUTH_FAILED", false, "Invalid token";
    /// The token has run out; a fresh one may do. Connect error, `auth:expired`.
    TokenExpired, "TOKEN_EXPIRED", true, "Token expired";
    /// The server has as many connections as it allows. Connect error.
    ServerFull, "SERVER_FULL", true, "Too many connections";

    /// There is no connection, and the call does not wait for one. Client.
    NotConnected, "NOT_CONNECTED", true, "Socket not connected";
    /// The connection failed. Client.
    ConnectionError, "CONNECTION_ERROR", true, "Connection failed";
    /// The allowed number of attempts is used up. Client.
    ReconnectionFailed, "RECONNECTION_FAILED", false, "Reconnection failed";
    /// No answer came in time, and what became of the request is unknown. Both.
    Timeout, "TIMEOUT", true, "Request timeout";
    /// The connection was lost after sending, and the server does not know idempotency keys: the
    /// message may or may not have arrived. Client.
    UnknownOutcome, "UNKNOWN_OUTCOME", false, "The connection was lost before the server answered";
    /// A bounded queue is full. Client.
    QueueFull, "QUEUE_FULL", true, "Queue is full";
    /// The browser's storage is full. Client.
    StorageFull, "STORAGE_FULL", true, "Storage is full";
    /// What is stored could not be deleted: another tab has it open, and does not answer. Client.
    StorageBusy, "STORAGE_BUSY", true, "What is stored is in use elsewhere";
    /// The browser found its database damaged, and began a new one: messages that waited in it, if
    /// any, are gone. Client.
    StorageLost, "STORAGE_LOST", false, "The browser lost what was stored";
    /// What is stored was written by a newer version of this package: it is left as it is, and
    /// nothing is stored until the page is loaded anew. Client.
    SchemaTooNew, "SCHEMA_TOO_NEW", false, "The stored data was written by a newer version";
    /// A stored record could not be read, and was set aside. Client.
    RecordCorrupt, "RECORD_CORRUPT", false, "A stored record could not be read and was set aside";
    /// The call came before `init()` was done. Client.
    NotInitialized, "NOT_INITIALIZED", false, "Call `await init()` first";
    /// A sync is under way. Client.
    SyncInProgress, "SYNC_IN_PROGRESS", true, "Sync already in progress";
    /// A later call took the call back. Client.
    Cancelled, "CANCELLED", true, "The call was cancelled";
    /// The application's token callback gave no token. Client.
    TokenUnavailable, "TOKEN_UNAVAILABLE", true, "No token could be had";
    /// The WebAssembly module could not be loaded. Client.
    InitFailed, "INIT_FAILED", true, "The WebAssembly module could not be loaded";
    /// The client was destroyed. Client.
    Destroyed, "DESTROYED", false, "The client was destroyed";
    /// The client failed inside; `recover()` starts a new one. Client.
    ClientCrashed, "CLIENT_CRASHED", false, "The client failed; call recover()";
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// An error as it travels: `error` of an acknowledgement, and the payload of the events `error`
/// and `auth:error`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ErrorBody {
    /// Usually one of [`ErrorCode`]; a peer may know others.
    pub code: String,
    /// For people, in English, without private data.
    pub message: String,
    /// Whether the same request may succeed later. Absent from older servers.
    #[serde(default)]
    pub retryable: bool,
    /// Not before this many milliseconds have passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// More for programs: `field` of a validation error, `limit` of a size, `fence` of `FENCED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        target_family = "wasm",
        tsify(optional, type = "Record<string, unknown>")
    )]
    pub details: Option<Json>,
}

impl ErrorBody {
    /// The code's own message and nothing more.
    pub fn new(code: ErrorCode) -> Self {
        Self::with_message(code, code.message())
    }

    /// The code with a message of its own.
    pub fn with_message(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code: code.as_str().to_owned(),
            message: message.into(),
            retryable: code.retryable(),
            retry_after_ms: None,
            details: None,
        }
    }
}

/// `data` of a Socket.IO CONNECT_ERROR, beside its `message`. A server whose library sends no
/// data refuses with the code's own message, which [`ErrorCode::of_message`] reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ConnectErrorData {
    /// Usually one of [`ErrorCode`].
    pub code: String,
    /// Whether to try again: with the same token, or a fresh one after `TOKEN_EXPIRED`.
    #[serde(default)]
    pub retryable: bool,
    /// Not before this many milliseconds have passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn a_code_travels_as_the_list_spells_it() {
        for code in ErrorCode::ALL {
            let json = serde_json::to_value(code).expect("encodes");
            assert_eq!(json, code.as_str());
            assert_eq!(ErrorCode::parse(code.as_str()), Some(*code));
        }
        assert_eq!(ErrorCode::parse("room_not_found"), None);
    }

    #[test]
    fn a_code_is_known_by_its_own_message() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::of_message(code.message()), Some(*code));
        }
        assert_eq!(
            ErrorCode::of_message("Invalid token"),
            Some(ErrorCode::AuthFailed)
        );
        assert_eq!(ErrorCode::of_message(""), None);
    }

    #[test]
    fn an_older_servers_error_is_read() {
        let body: ErrorBody =
            serde_json::from_str(r#"{"code":"ROOM_NOT_FOUND","message":"Room not found"}"#)
                .expect("decodes");
        assert_eq!(body, ErrorBody::new(ErrorCode::RoomNotFound));
    }
}
