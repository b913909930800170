//! The server on real sockets, against peers that are not ours: `rust_socketio`, and bytes
//! written by hand.
#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod auth;
mod bad_input;
mod http;
mod limits;
mod messages;
mod operations;
mod origins;
mod peer;
mod pipeline;
mod presence;
mod receipts;
mod resume;
mod rooms;
mod server;
mod settings;
mod tokens;
