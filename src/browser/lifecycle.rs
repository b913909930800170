//! The browser's word on the network, and on the page being seen, used, shown again, or woken.

use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    /// Gives what ends it.
    fn watch(notice: &Closure<dyn FnMut(u32)>) -> Function;
}

/// What was noticed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Online(bool),
    Resumed,
    /// Whether the page is not seen.
    Hidden(bool),
    /// The user did something.
    Active,
}

/// Listens until it is dropped.
pub(crate) struct Lifecycle {
    _notice: Closure<dyn FnMut(u32)>,
    unwatch: Function,
}

impl Drop for Lifecycle {
    fn drop(&mut self) {
        let _ = self.unwatch.call0(&JsValue::UNDEFINED);
    }
}

impl Lifecycle {
    pub(crate) fn new(notice: impl Fn(Change) + 'static) -> Self {
        let notice = Closure::<dyn FnMut(u32)>::new(move |change| {
            notice(match change {
                0 => Change::Online(false),
                1 => Change::Online(true),
                2 => Change::Hidden(false),
                3 => Change::Hidden(true),
                4 => Change::Resumed,
                _ => Change::Active,
            });
        });
        Self {
            unwatch: watch(&notice),
            _notice: notice,
        }
    }
}
