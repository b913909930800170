//! The imports of TypeScript: `js/src` stands on the wasm glue, React's parts stand on the rest, and the
//! example stands on the package as it is published.

use std::path::{Component, Path, PathBuf};

use crate::Breach;

/// Every import of one file that points the wrong way.
pub(crate) fn check(file: &Path, text: &str) -> Vec<Breach> {
    specifiers(text)
        .filter_map(|(line, specifier)| {
            let what = wrong(file, specifier)?;
            Some(Breach {
                file: file.to_owned(),
                line,
                what,
            })
        })
        .collect()
}

fn wrong(file: &Path, specifier: &str) -> Option<String> {
    let target = specifier
        .starts_with('.')
        .then(|| resolved(file, specifier));
    if let Ok(inside) = file.strip_prefix("js/src") {
        let is_react = inside.starts_with("react");
        return match target {
            Some(target) if target.starts_with("js/wasm") => None,
            Some(target) if !target.starts_with("js/src") => {
                Some(format!("{specifier} lies outside js/src and the wasm glue"))
            }
            Some(target) if target.starts_with("js/src/react") && !is_react => {
                Some(format!("{specifier}: the core must not use React's parts"))
            }
            Some(_) => None,
            None if is_react && package(specifier).starts_with("react") => None,
            None => Some(format!("{specifier}: the package has no dependencies")),
        };
    }
    let outside = target.is_some_and(|target| !target.starts_with("examples/nextjs-chat"));
    outside.then(|| format!("{specifier} lies outside the example, which installs the package"))
}

/// `react/jsx-runtime` belongs to the package `react`.
fn package(specifier: &str) -> &str {
    specifier.split('/').next().unwrap_or(specifier)
}

/// Where a relative import points, relative to the repository.
fn resolved(file: &Path, specifier: &str) -> PathBuf {
    let mut path = file.parent().map(Path::to_owned).unwrap_or_default();
    for part in Path::new(specifier).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

/// The quoted specifier after `from`, `import` or `import(`, with its line.
fn specifiers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(index, line)| {
        let code = if is_comment(line) { "" } else { line };
        ["from ", "import ", "import("]
            .into_iter()
            .flat_map(move |word| {
                code.match_indices(word)
                    .map(move |(at, _)| &code[at + word.len()..])
            })
            .filter_map(quoted)
            .map(move |specifier| (index + 1, specifier))
    })
}

fn is_comment(line: &str) -> bool {
    ["//", "*", "/*"]
        .iter()
        .any(|start| line.trim_start().starts_with(start))
}

fn quoted(text: &str) -> Option<&str> {
    let quote = text
        .chars()
        .next()
        .filter(|first| ['"', '\''].contains(first))?;
    text[1..].split_once(quote).map(|(inside, _)| inside)
}
