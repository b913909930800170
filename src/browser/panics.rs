//! A panic is a bug. It is noticed, said without any content, and its client is told.

use std::cell::{Cell, RefCell};
use std::sync::Once;

use js_sys::Function;
use wasm_bindgen::prelude::*;

thread_local! {
    static COUNT: Cell<u32> = const { Cell::new(0) };
    static LISTENERS: RefCell<Vec<(u32, Function)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

#[wasm_bindgen]
extern "C" {
    /// Calls `callback` when no other call is under way any more.
    #[wasm_bindgen(js_name = queueMicrotask)]
    pub(crate) fn queue_microtask(callback: &Function);
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(text: &str);
}

/// Panics so far.
pub(crate) fn count() -> u32 {
    COUNT.get()
}

/// Calls `notice` in a microtask after every panic, until it is dropped.
pub(crate) struct Watch {
    id: u32,
    _notice: Closure<dyn FnMut()>,
}

impl Watch {
    pub(crate) fn new(notice: impl FnMut() + 'static) -> Self {
        install_hook();
        let id = NEXT.replace(NEXT.get().wrapping_add(1));
        let notice = Closure::<dyn FnMut()>::new(notice);
        let function: Function = notice.as_ref().unchecked_ref::<Function>().clone();
        LISTENERS.with_borrow_mut(|listeners| listeners.push((id, function)));
        Self {
            id,
            _notice: notice,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        LISTENERS.with_borrow_mut(|listeners| listeners.retain(|(id, _)| *id != self.id));
    }
}

fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            COUNT.set(COUNT.get().wrapping_add(1));
            // The place only: a panic's text may quote what a user wrote.
            let place = info
                .location()
                .map(|at| format!("{}:{}", at.file(), at.line()));
            console_error(&format!(
                "nchat-realtime: internal error at {}; call recover()",
                place.unwrap_or_default()
            ));
            LISTENERS.with_borrow(|listeners| {
                listeners
                    .iter()
                    .for_each(|(_, notice)| queue_microtask(notice));
            });
        }));
    });
}
