//! What the engine does, shown from the outside: a world in the test's hands (`world`), with a
//! server that speaks frames (`server`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking; clippy does not see the helpers as tests"
)]

mod acks;
mod bad_input;
mod cache;
mod changing;
mod chaos;
mod connecting;
mod convergence;
mod determinism;
mod gaps;
mod history;
mod in_order;
mod interleavings;
mod joining;
mod link;
mod members;
mod older;
mod operations;
mod outbox_model;
mod persisting;
mod pipelining;
mod queueing;
mod readiness;
mod reading;
mod receipts;
mod reconnecting;
mod refusals;
mod rejoining;
mod resending;
mod sending;
mod settings;
mod syncing;
mod tabs;
mod timelines;
mod tokens;

mod app;
mod disk;
mod log;
mod peer;
mod server;
mod told;
mod world;
