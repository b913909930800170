//! Small good and bad files, to show that the rules find what they should and nothing else.

use std::path::Path;

use crate::{
    rules::{self, Layer},
    source::Source,
    typescript,
};

fn rust_breaches(file: &str, text: &str) -> Vec<String> {
    let file = Path::new(file);
    let layer = Layer::of_file(file).unwrap_or_else(|| panic!("{} has no layer", file.display()));
    rules::check(layer, &Source::parse(file, text))
        .into_iter()
        .map(|breach| breach.what)
        .collect()
}

fn assert_found(file: &str, text: &str, expected: &str) {
    let found = rust_breaches(file, text);
    assert!(
        found.iter().any(|what| what.contains(expected)),
        "{file}: {text}\nexpected a breach with {expected:?}, found {found:?}"
    );
}

fn assert_clean(file: &str, text: &str) {
    assert_eq!(
        rust_breaches(file, text),
        Vec::<String>::new(),
        "{file}: {text}"
    );
}

#[test]
fn a_layer_may_use_itself_and_those_below() {
    assert_clean(
        "src/engine/rooms/mod.rs",
        "use crate::{engine::Now, wire::Room, socketio};",
    );
    assert_clean(
        "src/engine/rooms/mod.rs",
        "use super::super::wire::Room; use super::Now;",
    );
    assert_clean("src/bindings/client.rs", "use crate::browser::Driver;");
}

#[test]
fn a_layer_that_uses_one_above_is_found_however_it_is_written() {
    for text in [
        "use crate::engine::Client;",
        "use crate::{socketio, engine};",
        "use super::super::engine::Client;",
        "use crate::engine as e;",
        "fn f(client: crate::engine::Client) {}",
        "fn f() { crate::engine::run() }",
        "fn f() { vec![crate::engine::run()]; }",
        "mod inner { use super::super::super::engine::Client; }",
    ] {
        assert_found("src/wire/room.rs", text, "wire must not use engine");
    }
    assert_found("src/engine/mod.rs", "use crate::*;", "no layer");
    assert_found(
        "src/browser/mod.rs",
        "use crate::bindings::X;",
        "browser must not use bindings",
    );
}

#[test]
fn a_file_beside_the_layers_belongs_to_none() {
    assert_eq!(Layer::of_file(Path::new("src/helpers.rs")), None);
    assert_eq!(
        Layer::of_file(Path::new("src/lib.rs")),
        Some(Layer::ClientRoot)
    );
    assert_eq!(
        Layer::of_file(Path::new("src/wire.rs")),
        Some(Layer::Client(1))
    );
}

#[test]
fn a_pure_layer_that_touches_the_browser_is_found() {
    for text in [
        "use web_sys::Window;",
        "fn f(v: js_sys::Array) {}",
        "use wasm_bindgen::JsValue;",
        "#[wasm_bindgen] pub struct X;",
        "#[cfg_attr(target_family = \"wasm\", wasm_bindgen::prelude::wasm_bindgen)] pub struct X;",
        "fn f() { tsify::Ts::new() }",
        "fn f() { gloo_timers::callback::Timeout::new() }",
    ] {
        assert_found("src/socketio/mod.rs", text, "in a pure layer");
    }
}

#[test]
fn a_pure_type_may_derive_its_typescript_type() {
    assert_clean(
        "src/wire/room.rs",
        "#[cfg_attr(target_family = \"wasm\", derive(tsify::Tsify), tsify(missing_as_null))]
         pub(crate) struct Room { #[cfg_attr(target_family = \"wasm\", tsify(optional))] pub name: String }",
    );
}

#[test]
fn the_arguments_of_a_macro_are_read_too() {
    assert_clean(
        "src/wire/room.rs",
        "types! { #[cfg_attr(target_family = \"wasm\", derive(tsify::Tsify))] pub struct Room; }",
    );
    assert_found(
        "src/wire/room.rs",
        "types! { #[wasm_bindgen] pub struct Room; }",
        "wasm_bindgen",
    );
    assert_found(
        "src/wire/room.rs",
        "types! { pub struct Room(js_sys::Array); }",
        "js_sys",
    );
}

#[test]
fn async_in_a_pure_layer_is_found() {
    for text in [
        "async fn f() {}",
        "trait T { async fn f(); }",
        "fn f() { let x = async { 1 }; }",
        "fn f() { let x = async || 1; }",
        "fn f() { spawn!(async { g().await }); }",
    ] {
        assert_found("src/engine/mod.rs", text, "async");
    }
}

#[test]
fn a_clock_randomness_or_the_system_in_a_pure_layer_is_found() {
    for (text, expected) in [
        ("use std::time::Instant;", "a clock"),
        ("use std::time::{Duration, SystemTime};", "a clock"),
        ("use std::time::*;", "a clock"),
        ("fn f() { std::time::Instant::now(); }", "a clock"),
        ("use std::time; fn f() { time::Instant::now(); }", "a clock"),
        (
            "fn f() { format!(\"{:?}\", std::time::Instant::now()); }",
            "a clock",
        ),
        ("fn f() { rand::random::<u8>(); }", "randomness"),
        ("fn f() { uuid::Uuid::now_v7(); }", "randomness"),
        ("fn f() { std::fs::read(\"x\"); }", "the operating system"),
        ("use std::thread;", "the operating system"),
        ("fn f() { println!(\"x\"); }", "println! prints"),
        (
            "fn f() { if_debug!(eprintln!(\"x\")); }",
            "eprintln! prints",
        ),
        ("use std::collections::HashMap;", "its order is random"),
        (
            "fn f() -> std::collections::HashSet<u8> { todo() }",
            "its order is random",
        ),
        ("use std::collections::*;", "its order is random"),
    ] {
        assert_found("src/engine/mod.rs", text, expected);
    }
    assert_clean(
        "src/engine/mod.rs",
        "use std::{time::Duration, collections::BTreeMap};",
    );
}

#[test]
fn a_hash_map_is_excused_by_its_reason() {
    assert_clean(
        "src/engine/mod.rs",
        "// Unordered: only looked up, never walked.\nuse std::collections::HashMap;\n\nstruct S(HashMap<u8, u8>);",
    );
    assert_found(
        "src/engine/mod.rs",
        "// Fast.\nuse std::collections::HashMap;",
        "its order is random",
    );
}

#[test]
fn unit_tests_in_a_pure_layer_may_do_what_they_need() {
    assert_clean(
        "src/engine/mod.rs",
        "#[cfg(test)] mod tests { use std::collections::HashMap; #[test] fn f() { println!(); } }",
    );
    assert_found(
        "src/engine/mod.rs",
        "#[cfg(not(test))] mod clock { use std::time::Instant; }",
        "a clock",
    );
}

#[test]
fn only_the_bindings_export_and_only_the_driver_uses_the_browser() {
    let export = "#[wasm_bindgen] pub struct X;";
    assert_found("src/browser/mod.rs", export, "belongs in bindings");
    assert_clean("src/bindings/client.rs", export);
    assert_clean(
        "src/browser/json.rs",
        "#[wasm_bindgen] extern \"C\" { fn parse(text: &str); }",
    );

    let browser_call = "fn f(window: web_sys::Window) {}";
    assert_found("src/bindings/client.rs", browser_call, "belongs in browser");
    assert_clean("src/browser/mod.rs", browser_call);
}

#[test]
fn the_server_uses_only_the_protocol_of_the_client() {
    let file = "examples/dev-server/src/socket/mod.rs";
    assert_clean(
        file,
        "use nchat_realtime::{wire::Room, socketio::limits}; use axum::Router;",
    );
    assert_found(
        file,
        "use nchat_realtime::engine::Client;",
        "must not use engine",
    );
    assert_found(
        file,
        "use nchat_realtime::{wire, browser};",
        "must not use browser",
    );
}

#[test]
fn the_servers_core_that_knows_its_surroundings_is_found() {
    for (text, expected) in [
        (
            "use socketioxide::SocketIo;",
            "socketioxide in the server's core",
        ),
        ("use axum::Router;", "axum in the server's core"),
        (
            "async fn f() { tokio::time::sleep(d).await }",
            "tokio in the server's core",
        ),
        ("use crate::http::routes;", "must not use http"),
        ("use super::super::socket::Handlers;", "must not use socket"),
        ("fn f() { std::time::SystemTime::now(); }", "a clock"),
        ("fn f() { println!(\"x\"); }", "prints"),
    ] {
        assert_found("examples/dev-server/src/core/rooms.rs", text, expected);
    }
    assert_clean(
        "examples/dev-server/src/core/rooms.rs",
        "use crate::store::Store; async fn f(store: &impl Store) { store.append().await }",
    );
}

#[test]
fn typescript_that_points_the_wrong_way_is_found() {
    for (file, import) in [
        (
            "js/src/index.ts",
            "import { Provider } from \"./react/provider.js\";",
        ),
        ("js/src/index.ts", "import React from \"react\";"),
        (
            "js/src/index.ts",
            "export * from '../../pkg/wasm/nchat_realtime.js';",
        ),
        (
            "js/src/react/use-room.ts",
            "import { io } from \"socket.io-client\";",
        ),
        (
            "js/src/react/use-room.ts",
            "const x = await import(\"../../../examples/a.js\");",
        ),
        (
            "examples/nextjs-chat/app/page.tsx",
            "import { init } from \"../../../pkg/dist/index.js\";",
        ),
    ] {
        assert_eq!(
            typescript::check(Path::new(file), import).len(),
            1,
            "{file}: {import}"
        );
    }
}

#[test]
fn typescript_that_points_down_is_fine() {
    for (file, import) in [
        (
            "js/src/index.ts",
            "import init from \"../wasm/nchat_realtime.js\";",
        ),
        (
            "js/src/react/use-room.ts",
            "import { getRooms } from \"../rooms.js\";",
        ),
        (
            "js/src/react/use-room.ts",
            "import { useMemo } from \"react\";",
        ),
        (
            "js/src/index.ts",
            " * import { init } from \"nchat-realtime\";",
        ),
        (
            "examples/nextjs-chat/app/page.tsx",
            "import { init } from \"nchat-realtime\";",
        ),
        (
            "examples/nextjs-chat/app/page.tsx",
            "import { Line } from \"../components/line\";",
        ),
    ] {
        assert_eq!(
            typescript::check(Path::new(file), import).len(),
            0,
            "{file}: {import}"
        );
    }
}
