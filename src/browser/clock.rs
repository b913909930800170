//! The page's clocks.

use std::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::engine::time::Now;

#[wasm_bindgen]
extern "C" {
    // In pages and in workers alike.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

thread_local! {
    /// When the wall clock was read last, and how far it was ahead of the other one then.
    static WALL: Cell<(f64, f64)> = const { Cell::new((f64::NEG_INFINITY, 0.0)) };
}

/// How old a reading of the wall clock may be, in milliseconds: it is for people, who set it.
const WALL_AGE_MS: f64 = 1_000.0;

/// The moment, by both clocks.
pub(crate) fn now() -> Now {
    let mono_ms = performance_now();
    let (read_ms, mut ahead_ms) = WALL.get();
    if mono_ms - read_ms >= WALL_AGE_MS {
        ahead_ms = js_sys::Date::now() - mono_ms;
        WALL.set((mono_ms, ahead_ms));
    }
    Now {
        mono_ms: mono_ms as u64,
        wall_ms: (mono_ms + ahead_ms) as u64,
    }
}
