//! What the browser says of the device, of the network, and which profile and tab this is.

use gloo_storage::{LocalStorage, Storage};
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;

use crate::engine::Identity;
use crate::engine::device::{Facts, detect, find};
use crate::engine::ids::Random;

/// Where the browser profile's id is kept.
const DEVICE_ID_KEY: &str = "nchat:device-id";

/// Which client this is. Without storage (a worker, a refused one) every page is a device.
pub(crate) fn identity(random: &mut Random, wall_ms: u64) -> Identity {
    // Read and written raw: the typed way would bring a JSON parser into the module. And only
    // where storage is not refused: the library takes it for granted.
    let storage = web_sys::window()
        .and_then(|window| window.local_storage().ok().flatten())
        .map(|_| LocalStorage::raw());
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
        device: detect(&facts()),
    }
}

/// `navigator.onLine`; true where there is no such thing.
pub(crate) fn is_online() -> bool {
    navigator("onLine")
        .and_then(|online| online.as_bool())
        .unwrap_or(true)
}

/// Whether there is a page, and it is not seen.
pub(crate) fn is_hidden() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.hidden())
}

fn facts() -> Facts {
    let hints = navigator("userAgentData");
    let hint = |name: &str| hints.as_ref().and_then(|hints| get(hints, name));
    let brands = hint("brands").and_then(|brands| brands.dyn_into::<Array>().ok());
    Facts {
        user_agent: navigator("userAgent")
            .and_then(|agent| agent.as_string())
            .unwrap_or_default(),
        hinted_platform: hint("platform").and_then(|platform| platform.as_string()),
        hinted_browser: brands.and_then(|brands| product(&brands)),
        touch_points: navigator("maxTouchPoints")
            .and_then(|points| points.as_f64())
            .unwrap_or_default() as u32,
        desktop_shell: ["__TAURI__", "__TAURI_INTERNALS__", "electron"]
            .iter()
            .any(|name| get(&js_sys::global(), name).is_some()),
    }
}

/// The brand that is a product's name: not the made-up one, and not the engine's if another is.
fn product(brands: &Array) -> Option<(String, String)> {
    let named = brands.iter().filter_map(|brand| {
        Some((
            get(&brand, "brand")?.as_string()?,
            get(&brand, "version")?.as_string()?,
        ))
    });
    let real: Vec<_> = named
        .filter(|(brand, _)| find(brand, "Brand").is_none())
        .collect();
    let product = real
        .iter()
        .find(|(brand, _)| brand != "Chromium")
        .or(real.first());
    product.cloned()
}

fn navigator(name: &str) -> Option<JsValue> {
    get(&get(&js_sys::global(), "navigator")?, name)
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &JsValue::from_str(name)).ok()?;
    if value.is_undefined() || value.is_null() {
        None
    } else {
        Some(value)
    }
}
