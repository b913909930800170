//! What the browser says of the device, of the network, and which profile and tab this is.

use wasm_bindgen::prelude::*;

use super::storage;
use crate::engine::Identity;
use crate::engine::device::{Facts, detect};
use crate::engine::ids::Random;
use crate::socketio::Value;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    fn facts() -> JsValue;
    /// `navigator.onLine`; true where there is no such thing.
    #[wasm_bindgen(js_name = isOnline)]
    pub(crate) fn is_online() -> bool;
    /// Whether there is a page, and it is not seen.
    #[wasm_bindgen(js_name = isHidden)]
    pub(crate) fn is_hidden() -> bool;
}

/// Where the browser profile's id is kept.
const DEVICE_ID_KEY: &str = "nchat:device-id";

/// Which client this is. Without storage (a worker, a refused one) every page is a device.
pub(crate) fn identity(random: &mut Random, wall_ms: u64) -> Identity {
    let storage = storage::local();
    let stored = storage
        .as_ref()
        .and_then(|storage| storage.get_item(DEVICE_ID_KEY).ok()?);
    let device_id = stored.filter(|id| id.len() == 36).unwrap_or_else(|| {
        let id = random.uuid_v7(wall_ms);
        if let Some(storage) = &storage {
            // Full storage costs no more than a new id on the next load.
            let _ = storage.set_item(DEVICE_ID_KEY, &id);
        }
        id
    });
    Identity {
        device_id,
        tab_id: random.uuid_v7(wall_ms),
        device: detect(&read_facts()),
    }
}

fn read_facts() -> Facts {
    let facts = facts();
    let text = |key| facts.field(key)?.as_text();
    let touch_points = facts.field("maxTouchPoints");
    Facts {
        user_agent: text("userAgent").unwrap_or_default(),
        hinted_platform: text("platform"),
        hinted_browser: text("brand").zip(text("version")),
        touch_points: touch_points
            .and_then(|points| points.as_number())
            .unwrap_or_default() as u32,
        desktop_shell: crate::wire::is_true(&facts, "isShell"),
    }
}
