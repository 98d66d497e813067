//! A Rust file as tokens and syntax, with the lines that belong to tests.

use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

use super::files;

pub struct Source {
    pub path: PathBuf,
    pub syntax: syn::File,
    /// All tokens outside of tests, groups opened: `(` and `)` and the like are not among them.
    pub tokens: Vec<Token>,
}

/// An identifier, a sign or a literal.
pub struct Token {
    pub text: String,
    pub line: usize,
}

impl Source {
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(files::root().join(path)).unwrap();
        let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let syntax: syn::File = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut tests = TestLines::default();
        tests.visit_file(&syntax);
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        tokens.retain(|token| !tests.0.iter().any(|lines| lines.contains(&token.line)));
        Self { path: path.to_owned(), syntax, tokens }
    }

    /// The files under these folders that are not tests.
    pub fn production(folders: &[&str]) -> Vec<Self> {
        let ours = |path: &PathBuf| folders.iter().any(|folder| path.starts_with(folder)) && !files::is_test(path);
        files::rust().iter().filter(|path| ours(path)).map(|path| Self::read(path)).collect()
    }

    pub fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                flatten(group.stream(), tokens);
                // Keeps what stands inside a group from joining what follows it.
                tokens.push(Token { text: String::new(), line });
            }
            other => tokens.push(Token { text: other.to_string(), line }),
        }
    }
}

/// Lines of items under `#[cfg(test)]` or `#[test]`.
#[derive(Default)]
struct TestLines(Vec<RangeInclusive<usize>>);

impl TestLines {
    fn note(&mut self, attributes: &[syn::Attribute], item: &dyn SpannedLines) {
        if attributes.iter().any(is_of_tests) {
            self.0.push(item.lines());
        }
    }
}

trait SpannedLines {
    fn lines(&self) -> RangeInclusive<usize>;
}

impl<T: syn::spanned::Spanned> SpannedLines for T {
    fn lines(&self) -> RangeInclusive<usize> {
        self.span().start().line..=self.span().end().line
    }
}

impl<'ast> Visit<'ast> for TestLines {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.note(&item.attrs, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.note(&item.attrs, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.note(&item.attrs, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.note(&item.attrs, item);
        syn::visit::visit_item_impl(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.note(&item.attrs, item);
        syn::visit::visit_item_mod(self, item);
    }
}

fn is_of_tests(attribute: &syn::Attribute) -> bool {
    let path = attribute.path();
    if path.is_ident("test") {
        return true;
    }
    path.is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
}
