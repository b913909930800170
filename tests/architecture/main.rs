//! Reads the sources and fails when a dependency points the wrong way, or when code that has to be
//! deterministic touches a clock, randomness, the browser or `async`.
//!
//! `source.rs` finds out what a Rust file mentions, `rules.rs` says what each layer may not,
//! `typescript.rs` does both for `js/`, and `samples.rs` shows that every breach is found.
//! `documents.rs` looks for what the documents name.
#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod documents;
mod protocol;
mod rules;
mod samples;
mod source;
mod typescript;

use std::{
    fs,
    path::{Path, PathBuf},
};

use rules::Layer;
use source::Source;

/// One place that breaks a rule.
#[derive(Debug)]
pub(crate) struct Breach {
    /// Relative to the repository.
    pub(crate) file: PathBuf,
    /// Counted from 1.
    pub(crate) line: usize,
    /// A sentence for whoever broke it.
    pub(crate) what: String,
}

#[test]
fn every_rust_file_belongs_to_a_layer_and_keeps_its_rules() {
    let mut breaches = Vec::new();
    for file in files_under(&["src", "examples/dev-server/src"], &["rs"]) {
        let text = read(&file);
        match Layer::of_file(&file) {
            Some(layer) => breaches.extend(rules::check(layer, &Source::parse(&file, &text))),
            None => breaches.push(Breach {
                file,
                line: 1,
                what: "belongs to no layer: name it in tests/architecture/rules.rs".to_owned(),
            }),
        }
    }
    assert_none(&breaches);
}

#[test]
fn typescript_imports_only_what_lies_below_it() {
    let mut breaches = Vec::new();
    for file in files_under(
        &["js/src", "examples/nextjs-chat"],
        &["ts", "tsx", "mts", "js", "mjs"],
    ) {
        breaches.extend(typescript::check(&file, &read(&file)));
    }
    assert_none(&breaches);
}

#[test]
fn what_the_documents_name_is_there() {
    let files = files_under(&documents::FOLDERS, &documents::ENDINGS);
    let names = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "GUARANTEES.md",
        "docs/PROTOCOL.md",
    ];
    let breaches = names.into_iter().flat_map(|name| {
        let document = Path::new(name);
        documents::check(document, &read(document), &files)
    });
    assert_none(&breaches.collect::<Vec<_>>());
}

/// The server of `wasm-bindgen-test-runner` gives each connection a thread of its own, has four to
/// begin with, and may leave a fifth connection waiting for good: the page then never loads.
#[test]
fn a_page_of_tests_loads_no_more_modules_at_once_than_its_server_has_threads() {
    let modules = files_under(&["src"], &["js"]);
    assert!(!modules.is_empty(), "the modules are elsewhere");
    assert!(modules.len() <= 4, "too many modules: {modules:?}");
}

fn assert_none(breaches: &[Breach]) {
    let lines: Vec<String> = breaches
        .iter()
        .map(|Breach { file, line, what }| format!("{}:{line}: {what}", file.display()))
        .collect();
    assert!(
        lines.is_empty(),
        "{} breaches:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

/// The files with one of these endings below these folders, relative to the repository, in order.
fn files_under(folders: &[&str], endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(root().join(&folder))
            .into_iter()
            .flatten()
            .flatten()
        {
            let path = folder.join(entry.file_name());
            let name = entry.file_name().to_string_lossy().into_owned();
            if root().join(&path).is_dir() {
                let built = ["node_modules", ".next", "out", "public"].contains(&name.as_str());
                waiting.extend((!built).then_some(path));
            } else if endings
                .iter()
                .any(|ending| path.extension().is_some_and(|e| e == *ending))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &Path) -> String {
    fs::read_to_string(root().join(file))
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
