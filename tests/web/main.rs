//! The engine's parts that only a browser has, in a browser: `wasm-pack test --headless --chrome`.
#![cfg(target_family = "wasm")]

mod bodies;
mod client;
mod queue;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
