//! What one Rust file mentions outside its unit tests: paths, macros, attributes, `async`.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::{
    Attribute, ExprAsync, ExprAwait, ExprClosure, Item, ItemForeignMod, ItemMod, ItemUse, Macro,
    Meta, Signature, UseTree,
    spanned::Spanned,
    visit::{self, Visit},
};

/// A parsed file, reduced to what the rules ask about.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: PathBuf,
    pub(crate) mentions: Vec<Mention>,
    /// The text, line by line, for comments.
    lines: Vec<String>,
}

/// One thing that the file mentions, and the line it is on.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) line: usize,
    pub(crate) kind: MentionKind,
}

/// Paths have their segments resolved against the module they stand in: `super::engine` in
/// `src/wire/mod.rs` becomes `crate`, `engine`.
#[derive(Debug)]
pub(crate) enum MentionKind {
    /// In code, in a type or in a `use`, whose last segment may be `*`.
    Path(Vec<String>),
    /// In an attribute; `on_extern_block` tells imports from exports.
    Attribute {
        path: Vec<String>,
        on_extern_block: bool,
    },
    /// The last segment of a macro's name.
    Macro(String),
    /// `async` or `await`.
    Async,
}

impl Source {
    pub(crate) fn parse(file: &Path, text: &str) -> Self {
        let tree =
            syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut reader = Reader {
            module: module_of(file),
            mentions: Vec::new(),
            on_extern_block: false,
        };
        if !tree.attrs.iter().any(is_test_only) {
            reader.visit_file(&tree);
        }
        Self {
            file: file.to_owned(),
            mentions: reader.mentions,
            lines: text.lines().map(str::to_owned).collect(),
        }
    }

    /// Whether a comment on the line or on the one above starts with these words.
    pub(crate) fn has_comment(&self, line: usize, start: &str) -> bool {
        let marker = format!("// {start}");
        [line.checked_sub(1), line.checked_sub(2)]
            .into_iter()
            .flatten()
            .filter_map(|index| self.lines.get(index))
            .any(|text| text.contains(&marker))
    }
}

/// `src/engine/rooms/mod.rs` and `src/engine/rooms.rs` are both the module `engine`, `rooms`.
fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if let Some(start) = module.iter().position(|part| part == "src") {
        module.drain(..=start);
    }
    if module
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        module.pop();
    }
    module
}

/// `#[test]`, `#[cfg(test)]` and the like: unit tests may do what they need to.
fn is_test_only(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test"
                || condition.starts_with("all (test")
                || condition.starts_with("all(test")
        }
        _ => false,
    }
}

struct Reader {
    /// Of the code being read, inline modules included.
    module: Vec<String>,
    mentions: Vec<Mention>,
    on_extern_block: bool,
}

impl Reader {
    fn mention(&mut self, span: Span, kind: MentionKind) {
        self.mentions.push(Mention {
            line: span.start().line,
            kind,
        });
    }

    fn path(&mut self, span: Span, segments: Vec<String>) {
        let path = self.resolved(segments);
        self.mention(span, MentionKind::Path(path));
    }

    /// Replaces `self` and `super` at the start by the module they stand for.
    fn resolved(&self, segments: Vec<String>) -> Vec<String> {
        let ups = segments.iter().take_while(|part| *part == "super").count();
        let relative = ups > 0 || segments.first().is_some_and(|part| part == "self");
        if !relative || segments.len() == 1 && ups == 0 {
            return segments;
        }
        let kept = self.module.len().saturating_sub(ups);
        let below = segments
            .into_iter()
            .skip_while(|part| part == "super" || part == "self");
        let start = std::iter::once("crate".to_owned());
        start
            .chain(self.module[..kept].iter().cloned())
            .chain(below)
            .collect()
    }

    fn use_tree(&mut self, tree: &UseTree, prefix: &[String]) {
        let with = |name: String| [prefix, &[name]].concat();
        match tree {
            UseTree::Path(path) => self.use_tree(&path.tree, &with(path.ident.to_string())),
            UseTree::Group(group) => {
                for item in &group.items {
                    self.use_tree(item, prefix);
                }
            }
            UseTree::Name(name) if name.ident == "self" => self.path(tree.span(), prefix.to_vec()),
            UseTree::Name(name) => self.path(tree.span(), with(name.ident.to_string())),
            UseTree::Rename(rename) => self.path(tree.span(), with(rename.ident.to_string())),
            UseTree::Glob(_) => self.path(tree.span(), with("*".to_owned())),
        }
    }

    /// What tokens that syn does not parse (a macro's arguments, an attribute's) seem to mention.
    fn tokens(&mut self, tokens: TokenStream, in_attribute: bool) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut start = Span::call_site();
        let mut after_hash = false;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.token_path(start, std::mem::take(&mut path), in_attribute);
                        start = ident.span();
                    }
                    colons = 0;
                    path.push(ident.to_string());
                }
                TokenTree::Group(group) => {
                    self.token_path(start, std::mem::take(&mut path), in_attribute);
                    colons = 0;
                    let attribute = after_hash && group.delimiter() == Delimiter::Bracket;
                    self.tokens(group.stream(), in_attribute || attribute);
                    after_hash = false;
                }
                TokenTree::Punct(punct) => {
                    if let ('!', Some(name)) = (punct.as_char(), path.last()) {
                        self.mention(start, MentionKind::Macro(name.clone()));
                    }
                    after_hash = punct.as_char() == '#';
                    self.token_path(start, std::mem::take(&mut path), in_attribute);
                    colons = 0;
                }
                TokenTree::Literal(_) => {}
            }
        }
        self.token_path(start, path, in_attribute);
    }

    fn token_path(&mut self, span: Span, path: Vec<String>, in_attribute: bool) {
        match path.as_slice() {
            [] => {}
            [word] if !in_attribute && (word == "async" || word == "await") => {
                self.mention(span, MentionKind::Async);
            }
            _ if in_attribute => {
                let on_extern_block = self.on_extern_block;
                self.mention(
                    span,
                    MentionKind::Attribute {
                        path,
                        on_extern_block,
                    },
                );
            }
            _ => self.path(span, path),
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).iter().any(is_test_only) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_foreign_mod(&mut self, item: &'ast ItemForeignMod) {
        self.on_extern_block = true;
        visit::visit_item_foreign_mod(self, item);
        self.on_extern_block = false;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.use_tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.path(path.span(), segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        if let Some(name) = call.path.segments.last() {
            self.mention(call.span(), MentionKind::Macro(name.ident.to_string()));
        }
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone(), false);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let path: Vec<String> = attribute
            .path()
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let on_extern_block = self.on_extern_block;
        self.mention(
            attribute.span(),
            MentionKind::Attribute {
                path,
                on_extern_block,
            },
        );
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone(), true);
        }
    }

    fn visit_signature(&mut self, signature: &'ast Signature) {
        if let Some(keyword) = &signature.asyncness {
            self.mention(keyword.span, MentionKind::Async);
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        if let Some(keyword) = &closure.asyncness {
            self.mention(keyword.span, MentionKind::Async);
        }
        visit::visit_expr_closure(self, closure);
    }

    fn visit_expr_async(&mut self, block: &'ast ExprAsync) {
        self.mention(block.async_token.span, MentionKind::Async);
        visit::visit_expr_async(self, block);
    }

    fn visit_expr_await(&mut self, expression: &'ast ExprAwait) {
        self.mention(expression.await_token.span, MentionKind::Async);
        visit::visit_expr_await(self, expression);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
