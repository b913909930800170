//! Holds the reference part of `docs/PROTOCOL.md` against `src/wire`: events, payloads, errors.
//! `UPDATE_DOCS=1 cargo test --test architecture protocol` writes it anew.

use std::fmt::Write as _;
use std::fs;

use nchat_realtime::wire::error::ErrorCode;
use syn::{Attribute, Expr, Fields, Item, ItemStruct, Lit, Meta, Type};

const DOCUMENT: &str = "docs/PROTOCOL.md";
const BEGIN: &str = "<!-- generated from src/wire: begin -->\n";
const END: &str = "<!-- generated from src/wire: end -->\n";

#[test]
fn the_protocol_document_says_what_the_types_say() {
    let document = crate::read(DOCUMENT.as_ref());
    let (before, rest) = document.split_once(BEGIN).expect("the begin mark");
    let (written, after) = rest.split_once(END).expect("the end mark");
    let reference = reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let path = crate::root().join(DOCUMENT);
        fs::write(path, format!("{before}{BEGIN}{reference}{END}{after}")).expect("written");
    } else {
        assert!(
            written == reference,
            "{DOCUMENT} is not up to date: run this test with UPDATE_DOCS=1"
        );
    }
}

#[test]
fn events_have_names_in_lower_case_and_no_two_the_same() {
    let mut names: Vec<String> = event_names().into_iter().map(|(name, _)| name).collect();
    for name in &names {
        let is_word = |word: &str| {
            let is_letter = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            !word.is_empty() && word.chars().all(is_letter)
        };
        assert!(name.split(':').all(is_word), "{name}");
    }
    let count = names.len();
    assert!(count >= 19, "{count}");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

fn reference() -> String {
    let mut text = String::new();
    events(&mut text);
    payloads(&mut text);
    errors(&mut text);
    // Who reads of the wire does not know what our code calls its names.
    for file in ["src/wire/names.rs", "src/wire/connection.rs"] {
        for (constant, name, _) in names_of(items(file)) {
            text = text.replace(&format!("`{constant}`"), &format!("`{name}`"));
        }
    }
    text
}

fn events(text: &mut String) {
    text.push_str("\n### Events\n\n| event | who sends it, and what |\n|---|---|\n");
    for (name, attributes) in event_names() {
        let _ = writeln!(text, "| `{name}` | {} |", plain(&docs(&attributes)));
    }
}

/// The names of all events, each with what is said of it.
fn event_names() -> Vec<(String, Vec<Attribute>)> {
    let names = names_of(items("src/wire/names.rs")).into_iter();
    names
        .map(|(_, name, attributes)| (name, attributes))
        .collect()
}

/// Constants that are texts, in modules within too: what each is called, its text, and its attributes.
fn names_of(items: Vec<Item>) -> Vec<(String, String, Vec<Attribute>)> {
    let mut names = Vec::new();
    for item in items {
        match item {
            Item::Const(constant) => {
                if let Expr::Lit(literal) = *constant.expr
                    && let Lit::Str(name) = literal.lit
                {
                    names.push((constant.ident.to_string(), name.value(), constant.attrs));
                }
            }
            Item::Mod(module) => {
                let (_, within) = module.content.unwrap_or_default();
                names.extend(names_of(within));
            }
            _ => {}
        }
    }
    names
}

fn payloads(text: &mut String) {
    text.push_str("\n### Payloads\n");
    for file in [
        "connection",
        "room",
        "message",
        "operation",
        "sync",
        "resume",
        "receipt",
        "presence",
        "settings",
        "contacts",
        "typing",
        "error",
    ] {
        for item in items(&format!("src/wire/{file}.rs")) {
            match item {
                Item::Struct(payload) if is_on_the_wire(&payload) => one_payload(text, &payload),
                _ => {}
            }
        }
    }
}

fn one_payload(text: &mut String, payload: &ItemStruct) {
    let Fields::Named(fields) = &payload.fields else {
        return;
    };
    let _ = write!(
        text,
        "\n#### `{}`\n\n{}\n\n",
        payload.ident,
        plain(&docs(&payload.attrs))
    );
    text.push_str("| field | type | |\n|---|---|---|\n");
    for field in &fields.named {
        let name = field.ident.as_ref().expect("a named field").to_string();
        let kind = if serde_flag(&field.attrs, "flatten") {
            continue;
        } else {
            type_name(&field.ty)
        };
        let name = serde_text(&field.attrs, "rename").unwrap_or_else(|| camel_case(&name));
        let alias = serde_text(&field.attrs, "alias").map(|alias| format!(" (also `{alias}`)"));
        let optional = if serde_flag(&field.attrs, "default") {
            "?"
        } else {
            ""
        };
        let docs = plain(&docs(&field.attrs));
        let alias = alias.unwrap_or_default();
        let _ = writeln!(text, "| `{name}`{optional}{alias} | {kind} | {docs} |");
    }
}

fn errors(text: &mut String) {
    text.push_str("\n### Errors\n\n| code | retryable | message unless a better one is known |\n|---|---|---|\n");
    for code in ErrorCode::ALL {
        let retryable = if code.retryable() { "yes" } else { "no" };
        let _ = writeln!(text, "| `{code}` | {retryable} | {} |", code.message());
    }
    text.push('\n');
}

fn items(file: &str) -> Vec<Item> {
    syn::parse_file(&crate::read(file.as_ref()))
        .expect("Rust")
        .items
}

/// The client's own readings of a payload (`MessageHead` ...) are not payloads.
fn is_on_the_wire(payload: &ItemStruct) -> bool {
    payload.attrs.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => {
            list.path.is_ident("derive") && list.tokens.to_string().contains("Serialize")
        }
        _ => false,
    })
}

fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(line) => Some(line.value().trim().to_owned()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        });
    lines.collect::<Vec<_>>().join(" ")
}

/// Documentation without the links that only rustdoc resolves.
fn plain(docs: &str) -> String {
    let mut text = String::new();
    let mut rest = docs;
    while let Some((before, link)) = rest.split_once("[`") {
        text.push_str(before);
        let Some((label, after)) = link.split_once(']') else {
            break;
        };
        let label = label
            .trim_end_matches('`')
            .rsplit("::")
            .next()
            .unwrap_or(label);
        let _ = write!(text, "`{label}`");
        rest = match after
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'))
        {
            Some((_, after)) => after,
            None => after,
        };
    }
    text.push_str(rest);
    text.replace('|', "\\|")
}

fn serde_text(attributes: &[Attribute], key: &str) -> Option<String> {
    let tokens = serde_tokens(attributes);
    let (_, after) = tokens.split_once(&format!("{key} = \""))?;
    Some(after.split_once('"')?.0.to_owned())
}

fn serde_flag(attributes: &[Attribute], key: &str) -> bool {
    serde_tokens(attributes)
        .split(',')
        .any(|part| part.trim() == key)
}

fn serde_tokens(attributes: &[Attribute]) -> String {
    let lists = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::List(list) if list.path.is_ident("serde") => Some(list.tokens.to_string()),
            _ => None,
        });
    lists.collect::<Vec<_>>().join(",")
}

/// A Rust type in the words of JSON.
fn type_name(kind: &Type) -> String {
    let Type::Path(path) = kind else {
        return "?".to_owned();
    };
    let segment = path.path.segments.last().expect("a segment");
    let inner = match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(syn::GenericArgument::Type(inner)) => type_name(inner),
            _ => String::new(),
        },
        _ => String::new(),
    };
    match segment.ident.to_string().as_str() {
        "Option" => inner,
        "Vec" => format!("{inner}[]"),
        "String" => "text".to_owned(),
        "bool" => "boolean".to_owned(),
        "Json" => "JSON".to_owned(),
        "u16" | "u32" | "u64" | "i64" | "f64" => "number".to_owned(),
        other => format!("`{other}`"),
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        text.push_str(&first.to_ascii_uppercase());
        text.push_str(rest);
    }
    text
}
