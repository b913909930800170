//! The lock among the tabs of one namespace.

use wasm_bindgen::prelude::*;

use crate::engine::tabs::{LockCommand, LockEvent};

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    #[wasm_bindgen(js_name = TabLock)]
    type JsTabLock;
    #[wasm_bindgen(constructor, js_class = "TabLock")]
    fn new(name: &str, tell: &Closure<dyn FnMut(u32)>) -> JsTabLock;
    #[wasm_bindgen(method, js_class = "TabLock")]
    fn request(this: &JsTabLock, steal: bool);
    #[wasm_bindgen(method, js_class = "TabLock")]
    fn release(this: &JsTabLock) -> JsValue;
    #[wasm_bindgen(method, js_class = "TabLock")]
    fn close(this: &JsTabLock);
}

/// A tab's hold on the lock, or its place in the queue. Dropping it gives both up, and nothing
/// comes from it any more.
pub(crate) struct TabLock {
    lock: JsTabLock,
    _tell: Closure<dyn FnMut(u32)>,
}

impl TabLock {
    /// The lock of this name, not asked for yet. What becomes of it goes to `tell`.
    pub(crate) fn new(name: &str, tell: impl Fn(LockEvent) + 'static) -> Self {
        let tell = Closure::<dyn FnMut(u32)>::new(move |event: u32| {
            tell(match event {
                0 => LockEvent::Granted,
                1 => LockEvent::Lost,
                _ => LockEvent::Unavailable,
            });
        });
        let lock = JsTabLock::new(name, &tell);
        Self { lock, _tell: tell }
    }

    pub(crate) fn carry_out(&self, command: LockCommand) {
        match command {
            LockCommand::Request => self.lock.request(false),
            LockCommand::Steal => self.lock.request(true),
            LockCommand::Release => {
                self.lock.release();
            }
        }
    }
}

impl Drop for TabLock {
    fn drop(&mut self) {
        self.lock.close();
    }
}
