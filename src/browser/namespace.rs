//! Names, in the browser, of what belongs to one server and user. No name of one is the beginning
//! of another's.

use js_sys::encode_uri_component;

use crate::engine::store::Namespace;

/// The database.
pub(crate) fn database(namespace: &Namespace) -> String {
    named("store", namespace)
}

/// The lock among tabs, and the channel between them.
pub(crate) fn tabs(namespace: &Namespace) -> String {
    named("tabs", namespace)
}

/// What the keys of the journal begin with.
pub(crate) fn journal(namespace: &Namespace) -> String {
    named("journal", namespace)
}

/// `nchat:<what>|<server>|<user>|`, each encoded, so that it holds no separator of its own.
fn named(what: &str, namespace: &Namespace) -> String {
    let server = encode_uri_component(&namespace.server);
    let user = encode_uri_component(namespace.user.as_deref().unwrap_or_default());
    format!("nchat:{what}|{server}|{user}|")
}
