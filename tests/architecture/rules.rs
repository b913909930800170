//! What each layer of the Rust sources may mention.

use std::path::Path;

use crate::{
    Breach,
    source::{Mention, MentionKind, Source},
};

/// A folder of the sources with rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// `src/lib.rs`: names the modules.
    ClientRoot,
    /// A folder below `src/`, by its place in [`CLIENT_LAYERS`].
    Client(usize),
    /// `examples/dev-server/src/core/`.
    ServerCore,
    /// The rest of `examples/dev-server/src/`.
    Server,
}

/// The folders below `src/`, each of which may use only itself and those before it.
pub(crate) const CLIENT_LAYERS: [&str; 5] = ["socketio", "wire", "engine", "browser", "bindings"];

/// Of [`CLIENT_LAYERS`], how many are pure: deterministic, and the same natively and in the browser.
const PURE_LAYERS: usize = 3;

/// What the server may use of the client.
const SHARED_WITH_SERVER: [&str; 2] = ["socketio", "wire"];

/// Modules of the server that know a transport, a database or the command line.
const AROUND_SERVER_CORE: [&str; 4] = ["http", "socket", "cluster", "cli"];

/// The comment that excuses a hash map in a pure layer, followed by the reason.
pub(crate) const UNORDERED: &str = "Unordered:";

const BROWSER_CRATES: [&str; 10] = [
    "gloo_events",
    "gloo_storage",
    "gloo_timers",
    "js_sys",
    "rexie",
    "serde_wasm_bindgen",
    "tsify",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "web_sys",
];
const RUNTIME_CRATES: [&str; 2] = ["futures", "tokio"];
const SERVER_CRATES: [&str; 10] = [
    "axum",
    "hyper",
    "redis",
    "rusqlite",
    "socketioxide",
    "sqlx",
    "tokio",
    "tokio_util",
    "tower",
    "tower_http",
];
const CLOCKS: [&str; 7] = [
    "Instant",
    "SystemTime",
    "UNIX_EPOCH",
    "chrono",
    "now_local",
    "now_utc",
    "web_time",
];
const RANDOMNESS: [&str; 7] = [
    "getrandom",
    "rand",
    "fastrand",
    "new_v4",
    "now_v7",
    "RandomState",
    "thread_rng",
];
const OUTSIDE: [&str; 5] = ["env", "fs", "net", "process", "thread"];
const HASHED: [&str; 4] = ["HashMap", "HashSet", "hash_map", "hash_set"];
const PRINTING: [&str; 5] = ["dbg", "eprint", "eprintln", "print", "println"];

impl Layer {
    /// The layer of a file, given relative to the repository.
    pub(crate) fn of_file(file: &Path) -> Option<Self> {
        if let Ok(inside) = file.strip_prefix("examples/dev-server/src") {
            let is_core = inside.starts_with("core") || inside == Path::new("core.rs");
            return Some(if is_core {
                Self::ServerCore
            } else {
                Self::Server
            });
        }
        let inside = file.strip_prefix("src").ok()?.with_extension("");
        let folder = inside.iter().next()?.to_str()?;
        if folder == "lib" {
            return Some(Self::ClientRoot);
        }
        CLIENT_LAYERS
            .iter()
            .position(|layer| *layer == folder)
            .map(Self::Client)
    }
}

/// Every breach of a layer's rules in one file.
pub(crate) fn check(layer: Layer, source: &Source) -> Vec<Breach> {
    let wrong = |mention: &Mention| match layer {
        Layer::ClientRoot => None,
        Layer::Client(place) if place < PURE_LAYERS => {
            upwards(place, mention).or_else(|| impure(mention, source))
        }
        Layer::Client(place) => upwards(place, mention).or_else(|| misplaced(place, mention)),
        Layer::ServerCore => not_shared(mention).or_else(|| impure_server(mention)),
        Layer::Server => not_shared(mention),
    };
    source
        .mentions
        .iter()
        .filter_map(|mention| {
            let what = wrong(mention)?;
            Some(Breach {
                file: source.file.clone(),
                line: mention.line,
                what,
            })
        })
        .collect()
}

/// A layer of the client that uses one above itself, or the crate's root as a whole.
fn upwards(place: usize, mention: &Mention) -> Option<String> {
    let layer = CLIENT_LAYERS[place];
    let MentionKind::Path(path) = &mention.kind else {
        return None;
    };
    let [start, module, ..] = path.as_slice() else {
        return None;
    };
    if !["crate", "nchat_realtime"].contains(&start.as_str()) {
        return None;
    }
    match CLIENT_LAYERS.iter().position(|other| other == module) {
        Some(other) if other <= place => None,
        Some(_) => Some(format!(
            "{layer} must not use {module}, which lies above it"
        )),
        None => Some(format!("{layer} uses crate::{module}, which is no layer")),
    }
}

/// A pure layer that touches something outside: then two runs could differ.
fn impure(mention: &Mention, source: &Source) -> Option<String> {
    match &mention.kind {
        MentionKind::Async => Some("async in a pure layer".to_owned()),
        MentionKind::Macro(name) => printing(name),
        // The types of the boundary are generated from the data itself.
        MentionKind::Attribute { path, .. } => starts_with(path, &BROWSER_CRATES)
            .filter(|name| *name != "tsify")
            .map(|name| format!("#[{name}] in a pure layer")),
        MentionKind::Path(path) => starts_with(path, &BROWSER_CRATES)
            .or_else(|| starts_with(path, &RUNTIME_CRATES))
            .map(|name| format!("{name} in a pure layer"))
            .or_else(|| nondeterministic(path))
            .or_else(|| {
                let excused = source.has_comment(mention.line, UNORDERED);
                unordered(path).filter(|_| !excused)
            }),
    }
}

/// The driver and the bindings each have one thing that the other leaves alone.
fn misplaced(place: usize, mention: &Mention) -> Option<String> {
    match (CLIENT_LAYERS[place], &mention.kind) {
        (
            "browser",
            MentionKind::Attribute {
                path,
                on_extern_block: false,
            },
        ) => starts_with(path, &["wasm_bindgen"])
            .map(|_| "browser exports to JavaScript: that belongs in bindings".to_owned()),
        ("bindings", MentionKind::Path(path)) => starts_with(path, &["web_sys"])
            .map(|_| "bindings uses the browser's API: that belongs in browser".to_owned()),
        _ => None,
    }
}

/// The server that uses more of the client than the protocol.
fn not_shared(mention: &Mention) -> Option<String> {
    let MentionKind::Path(path) = &mention.kind else {
        return None;
    };
    let [start, module, ..] = path.as_slice() else {
        return None;
    };
    (start == "nchat_realtime" && !SHARED_WITH_SERVER.contains(&module.as_str()))
        .then(|| format!("the server must not use {module} of the client"))
}

/// The server's core has to run in the simulation: no transport, no database, no clock of its own.
fn impure_server(mention: &Mention) -> Option<String> {
    match &mention.kind {
        MentionKind::Macro(name) => printing(name),
        MentionKind::Path(path) => starts_with(path, &SERVER_CRATES)
            .map(|name| format!("{name} in the server's core"))
            .or_else(|| match path.as_slice() {
                [start, module, ..]
                    if start == "crate" && AROUND_SERVER_CORE.contains(&module.as_str()) =>
                {
                    Some(format!("the server's core must not use {module}"))
                }
                _ => None,
            })
            .or_else(|| nondeterministic(path)),
        MentionKind::Attribute { .. } | MentionKind::Async => None,
    }
}

/// Clocks, randomness and the operating system.
fn nondeterministic(path: &[String]) -> Option<String> {
    // A single name was imported by a `use`, which is a path of its own, or is somebody's own.
    if path.len() < 2 {
        return None;
    }
    let name = path.join("::");
    if name == "std::time::*" || contains(path, &CLOCKS) {
        Some(format!("a clock, {name}: time is passed in"))
    } else if contains(path, &RANDOMNESS) {
        Some(format!("randomness, {name}: a seed is passed in"))
    } else if path[0] == "std" && OUTSIDE.contains(&path[1].as_str()) {
        Some(format!("the operating system, {name}"))
    } else {
        None
    }
}

/// Hash maps, whose order differs from run to run.
fn unordered(path: &[String]) -> Option<String> {
    let name = path.join("::");
    let hashed = name == "std::collections::*" || path.len() > 1 && contains(path, &HASHED);
    hashed.then(|| {
        format!(
            "{name}: its order is random; use a BTreeMap, or say why with \"// {UNORDERED} ...\""
        )
    })
}

fn printing(name: &str) -> Option<String> {
    PRINTING.contains(&name).then(|| format!("{name}! prints"))
}

fn starts_with<'a>(path: &'a [String], names: &[&str]) -> Option<&'a str> {
    path.first()
        .map(String::as_str)
        .filter(|first| names.contains(first))
}

fn contains(path: &[String], names: &[&str]) -> bool {
    path.iter().any(|part| names.contains(&part.as_str()))
}
