//! What the engine does, shown from the outside: a world in the test's hands (`world`), with a
//! server that speaks frames (`server`). All of it runs natively, and `traces` in a browser too.

#![cfg_attr(
    target_family = "wasm",
    expect(dead_code, reason = "in a browser only `traces` plays")
)]

#[cfg(not(target_family = "wasm"))]
mod acks;
#[cfg(not(target_family = "wasm"))]
mod bad_input;
#[cfg(not(target_family = "wasm"))]
mod cache;
#[cfg(not(target_family = "wasm"))]
mod changing;
#[cfg(not(target_family = "wasm"))]
mod chaos;
#[cfg(not(target_family = "wasm"))]
mod connecting;
#[cfg(not(target_family = "wasm"))]
mod convergence;
#[cfg(not(target_family = "wasm"))]
mod determinism;
#[cfg(not(target_family = "wasm"))]
mod fences;
#[cfg(not(target_family = "wasm"))]
mod gaps;
#[cfg(not(target_family = "wasm"))]
mod history;
#[cfg(not(target_family = "wasm"))]
mod in_order;
#[cfg(not(target_family = "wasm"))]
mod interleavings;
#[cfg(not(target_family = "wasm"))]
mod joining;
#[cfg(not(target_family = "wasm"))]
mod link;
#[cfg(not(target_family = "wasm"))]
mod members;
#[cfg(not(target_family = "wasm"))]
mod older;
#[cfg(not(target_family = "wasm"))]
mod operations;
#[cfg(not(target_family = "wasm"))]
mod outbox_model;
#[cfg(not(target_family = "wasm"))]
mod persisting;
#[cfg(not(target_family = "wasm"))]
mod pipelining;
#[cfg(not(target_family = "wasm"))]
mod presence;
#[cfg(not(target_family = "wasm"))]
mod queueing;
#[cfg(not(target_family = "wasm"))]
mod readiness;
#[cfg(not(target_family = "wasm"))]
mod reading;
#[cfg(not(target_family = "wasm"))]
mod receipts;
#[cfg(not(target_family = "wasm"))]
mod reconnecting;
#[cfg(not(target_family = "wasm"))]
mod refusals;
#[cfg(not(target_family = "wasm"))]
mod rejoining;
#[cfg(not(target_family = "wasm"))]
mod resending;
#[cfg(not(target_family = "wasm"))]
mod sending;
#[cfg(not(target_family = "wasm"))]
mod settings;
#[cfg(not(target_family = "wasm"))]
mod stale;
#[cfg(not(target_family = "wasm"))]
mod syncing;
#[cfg(not(target_family = "wasm"))]
mod tabs;
#[cfg(not(target_family = "wasm"))]
mod timelines;
#[cfg(not(target_family = "wasm"))]
mod tokens;
#[cfg(not(target_family = "wasm"))]
mod typing;

mod app;
mod disk;
mod log;
mod peer;
mod server;
mod short_way;
mod told;
mod traces;
mod world;
