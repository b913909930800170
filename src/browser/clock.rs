//! The page's clocks.

use wasm_bindgen::prelude::*;

use crate::engine::time::Now;

#[wasm_bindgen]
extern "C" {
    // In pages and in workers alike.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// The moment, by both clocks.
pub(crate) fn now() -> Now {
    Now {
        mono_ms: performance_now() as u64,
        wall_ms: js_sys::Date::now() as u64,
    }
}
