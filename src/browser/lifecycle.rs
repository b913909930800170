//! The browser's word on the network, and on the page being seen, used, shown again, or woken.

use gloo_events::EventListener;
use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

#[wasm_bindgen(module = "/src/browser/value.js")]
extern "C" {
    /// Gives what ends it.
    #[wasm_bindgen(js_name = watchActivity)]
    fn watch_activity(notice: &Closure<dyn FnMut()>) -> Function;
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
    _listeners: Vec<EventListener>,
    _active: Closure<dyn FnMut()>,
    unwatch: Function,
}

impl Drop for Lifecycle {
    fn drop(&mut self) {
        let _ = self.unwatch.call0(&JsValue::UNDEFINED);
    }
}

impl Lifecycle {
    pub(crate) fn new(notice: impl Fn(Change) + Clone + 'static) -> Self {
        let mut listeners = Vec::new();
        let mut listen = |target: &EventTarget, name: &'static str, change: Change| {
            let notice = notice.clone();
            listeners.push(EventListener::new(target, name, move |_| notice(change)));
        };
        if let Ok(global) = js_sys::global().dyn_into::<EventTarget>() {
            listen(&global, "online", Change::Online(true));
            listen(&global, "offline", Change::Online(false));
            listen(&global, "pageshow", Change::Resumed);
        }
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            listen(&document, "resume", Change::Resumed);
            let notice = notice.clone();
            let shown = document.clone();
            listeners.push(EventListener::new(
                &document,
                "visibilitychange",
                move |_| {
                    notice(Change::Hidden(shown.hidden()));
                    if !shown.hidden() {
                        notice(Change::Resumed);
                    }
                },
            ));
        }
        let active = Closure::new(move || notice(Change::Active));
        Self {
            _listeners: listeners,
            unwatch: watch_activity(&active),
            _active: active,
        }
    }
}
