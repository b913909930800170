//! Files and folders that the documents name: each is there.

use std::path::{Path, PathBuf};

use super::Breach;

/// Everything that may be named.
pub(crate) const FOLDERS: [&str; 6] = ["src", "js", "tests", "examples", "scripts", "docs"];
pub(crate) const ENDINGS: [&str; 6] = ["rs", "js", "mjs", "ts", "tsx", "txt"];

/// The names in `text` between single backticks that look like a place in this repository, and
/// that no file has: `src/engine/mod.rs` by its whole path, `mod.rs` or `engine/` by the end of one.
pub(crate) fn check(document: &Path, text: &str, files: &[PathBuf]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let quoted = line.split('`').skip(1).step_by(2);
        for name in quoted.filter(|name| is_place(name) && !is_there(name, files)) {
            breaches.push(Breach {
                file: document.to_owned(),
                line: index + 1,
                what: format!("`{name}` is not there"),
            });
        }
    }
    breaches
}

fn is_place(name: &str) -> bool {
    let is_path = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let ending = name.rsplit_once('.');
    let is_file =
        ending.is_some_and(|(stem, ending)| !stem.is_empty() && ENDINGS.contains(&ending));
    let top = name.split_once('/').map(|(top, _)| top);
    name.chars().all(is_path) && (is_file || top.is_some_and(|top| FOLDERS.contains(&top)))
}

fn is_there(name: &str, files: &[PathBuf]) -> bool {
    let name = format!("/{}", name.trim_start_matches("./").trim_end_matches('/'));
    let inside = format!("{name}/");
    files.iter().any(|file| {
        let file = format!("/{}", file.display());
        file.ends_with(&name) || file.contains(&inside)
    })
}

#[test]
fn a_name_that_no_file_has_is_found() {
    let files = [PathBuf::from("src/engine/mod.rs")];
    let text = "See `engine/mod.rs`, `src/engine/`, `npm run x`, `gone.rs` and `src/gone`.";
    let breaches = check(Path::new("A.md"), text, &files);
    let found: Vec<&str> = breaches.iter().map(|breach| breach.what.as_str()).collect();
    assert_eq!(found, ["`gone.rs` is not there", "`src/gone` is not there"]);
}
