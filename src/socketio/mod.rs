//! Socket.IO 5 over Engine.IO 4, client side: pure, without any input or output of its own.
//!
//! [`Session`] is one connection to one namespace; a driver carries out its
//! [`TransportCommand`]s and reports [`TransportEvent`]s. Bodies are opaque ([`Value`]).

mod decoder;
mod endpoint;
mod event;
mod handshake;
#[cfg(any(test, not(target_family = "wasm")))]
mod json;
pub mod limits;
mod packet;
mod payload;
mod prefix;
mod session;
mod transport;
mod value;

#[cfg(all(test, not(target_family = "wasm")))]
mod tests;

/// What an error says. `to_string()` would be compiled once for each type of error.
pub(crate) fn said(error: &dyn std::fmt::Display) -> String {
    format!("{error}")
}

pub use endpoint::{DEFAULT_PATH, Endpoint, EndpointError};
pub use event::{CloseReason, EmitError, SessionEvent, SessionOutput};
pub use handshake::{Handshake, HandshakeError};
pub use packet::{event_prefix, is_reserved_event};
pub use session::{Session, SessionConfig, SessionTimer};
pub use transport::{Frame, TransportCommand, TransportEvent, TransportId, TransportKind};
pub use value::{Bytes, MAX_DEPTH, Text, Value, ValueError, WrongType};
