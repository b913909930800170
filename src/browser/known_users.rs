//! Whom each server named last in this browser profile, so that a page finds what it kept before
//! it has a connection.

use web_sys::Storage;

use super::journal::storage;

/// What the keys begin with; the server follows.
const PREFIX: &str = "nchat:user|";

/// Server and user, of every server that is remembered.
pub(crate) fn read() -> Vec<(String, String)> {
    storage().map(|storage| known(&storage)).unwrap_or_default()
}

/// Remembers whom a server named, or forgets it. Without storage the next page will not know.
pub(crate) fn remember(server: &str, user: Option<&str>) {
    let Some(storage) = storage() else { return };
    let key = format!("{PREFIX}{server}");
    let _ = match user {
        Some(user) => storage.set_item(&key, user),
        None => storage.remove_item(&key),
    };
}

fn known(storage: &Storage) -> Vec<(String, String)> {
    let count = storage.length().unwrap_or_default();
    let keys = (0..count).filter_map(|index| storage.key(index).ok()?);
    keys.filter_map(|key| {
        let server = key.strip_prefix(PREFIX)?;
        let user = storage.get_item(&key).ok()??;
        Some((server.to_owned(), user))
    })
    .collect()
}
