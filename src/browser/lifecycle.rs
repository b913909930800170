//! The browser's word on the network, and on the page being seen, shown again, or woken.

use gloo_events::EventListener;
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

/// What was noticed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Online(bool),
    Resumed,
}

/// Listens until it is dropped.
pub(crate) struct Lifecycle {
    _listeners: Vec<EventListener>,
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
                    if !shown.hidden() {
                        notice(Change::Resumed);
                    }
                },
            ));
        }
        Self {
            _listeners: listeners,
        }
    }
}
