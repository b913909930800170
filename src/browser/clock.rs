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
    /// What was read last.
    static LAST: Cell<Now> = const { Cell::new(Now { mono_ms: 0, wall_ms: 0 }) };
}

/// The moment, by both clocks. `Date.now()` is the cheaper one: within one millisecond of it, the
/// other one is not asked again.
pub(crate) fn now() -> Now {
    let wall_ms = js_sys::Date::now() as u64;
    let last = LAST.get();
    if last.wall_ms == wall_ms {
        return last;
    }
    let mono_ms = performance_now() as u64;
    let now = Now { mono_ms, wall_ms };
    LAST.set(now);
    now
}
