//! The page's localStorage. A worker has none.

use gloo_storage::{LocalStorage, Storage as _};
use web_sys::Storage;

/// The storage, unless it is refused. Read and written raw: the library's typed way would bring a
/// JSON parser into the module.
pub(crate) fn local() -> Option<Storage> {
    // The library takes it for granted that storage is not refused.
    web_sys::window()?.local_storage().ok()??;
    Some(LocalStorage::raw())
}

/// What follows a prefix in each key that begins with it, and the text that is kept there.
pub(crate) fn entries(storage: &Storage, prefix: &str) -> Vec<(String, String)> {
    let count = storage.length().unwrap_or_default();
    let keys = (0..count).filter_map(|index| storage.key(index).ok()?);
    keys.filter_map(|key| {
        let rest = key.strip_prefix(prefix)?;
        Some((rest.to_owned(), storage.get_item(&key).ok()??))
    })
    .collect()
}
