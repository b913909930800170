//! Whom each server named last in this browser profile, so that a page finds what it kept before
//! it has a connection.

use super::storage;

/// What the keys begin with; the server follows.
const PREFIX: &str = "nchat:user|";

/// Server and user, of every server that is remembered.
pub(crate) fn read() -> Vec<(String, String)> {
    storage::local()
        .map(|storage| storage::entries(&storage, PREFIX))
        .unwrap_or_default()
}

/// Remembers whom a server named, or forgets it. Without storage the next page will not know.
pub(crate) fn remember(server: &str, user: Option<&str>) {
    let Some(storage) = storage::local() else {
        return;
    };
    let key = format!("{PREFIX}{server}");
    let _ = match user {
        Some(user) => storage.set_item(&key, user),
        None => storage.remove_item(&key),
    };
}
