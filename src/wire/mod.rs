//! What client and server say to each other on top of Socket.IO: one file per noun.
//!
//! These types are the dialect's only definition. The server reads and writes them with serde;
//! the client reads small control events the same way, and of a message only its
//! [`message::MessageHead`], so that its body stays a JavaScript value. This is the only place
//! that reads fields of a [`Value`](crate::socketio::Value) or builds one.
//!
//! Field names are camelCase on the wire, absent options are left out, unknown fields are
//! ignored. A time is an ISO 8601 string in UTC with milliseconds
//! (`2026-01-30T12:00:00.000Z`) unless its name or documentation says otherwise.

pub mod ack;
pub mod change;
pub mod connection;
pub mod contacts;
pub mod error;
pub mod graphql;
pub mod ids;
pub mod json;
pub mod limits;
pub mod message;
pub mod names;
pub mod operation;
pub mod planted;
pub mod presence;
pub mod receipt;
pub mod resume;
pub mod room;
pub mod settings;
pub mod sync;
pub mod typing;

mod fields;
mod object;

pub use fields::WireError;
pub(crate) use fields::{
    Fields, is_true, optional, optional_integer, optional_list, optional_text,
};
pub(crate) use object::Object;
