//! What the protocol does, shown from the outside: a session on one side, a script or a small
//! server on the other, the clock and the network in the test's hands.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking; clippy does not see the helpers as tests"
)]

mod bad_packets;
mod binary;
mod client;
mod closing;
mod codec;
mod connecting;
mod endpoint;
mod heartbeat;
mod json;
mod limits;
mod peer;
mod polling;
mod properties;
mod server;
mod upgrading;
