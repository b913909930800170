//! The nchat realtime engine: one deterministic client in plain Rust, a thin browser driver
//! and thin JavaScript bindings. `ARCHITECTURE.md` has the map.

pub mod engine;
pub mod socketio;
pub mod wire;

#[cfg(target_family = "wasm")]
pub mod bindings;
#[cfg(target_family = "wasm")]
mod browser;
