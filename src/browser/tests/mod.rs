//! The profile in a browser: `wasm-pack test --headless --chrome`.

mod page;
mod store;
mod tabs;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
