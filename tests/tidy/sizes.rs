//! Files and functions that one can hold in the head.

use std::fs;

use syn::spanned::Spanned as _;
use syn::visit::Visit;

use super::source::Source;
use super::{assert_none, files};

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;
const PARAMETERS: usize = 5;
/// Arguments of these are the schema's, not the function's.
const RESOLVERS: [&str; 4] = ["Object", "ComplexObject", "Subscription", "MergedObject"];

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let lines = |path: &std::path::PathBuf| fs::read_to_string(files::root().join(path)).unwrap().lines().count();
    let sized = files::rust().into_iter().filter(|path| !files::is_test(path)).map(|path| (lines(&path), path));
    let long = sized.filter(|(lines, _)| *lines > FILE_LINES).map(|(lines, path)| format!("{}: {lines} lines", path.display()));
    assert_none(long.collect(), &format!("a file has at most {FILE_LINES} lines; a file that grows becomes a folder of its name:"));
}

#[test]
fn no_function_is_longer_than_seventy_lines_or_takes_more_than_five_parameters() {
    let mut findings = Vec::new();
    for source in Source::production(&["src", "entity/src", "migration/src"]) {
        let mut functions = Functions::default();
        functions.visit_file(&source.syntax);
        for Function { name, line, lines, parameters } in functions.found {
            if lines > FUNCTION_LINES {
                findings.push(format!("{}: {name} has {lines} lines", source.at(line)));
            }
            if parameters > PARAMETERS {
                findings.push(format!("{}: {name} takes {parameters} parameters", source.at(line)));
            }
        }
    }
    assert_none(findings, &format!("a function has at most {FUNCTION_LINES} lines and {PARAMETERS} parameters (besides self):"));
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
    parameters: usize,
}

/// Free functions and methods; the parameters of a trait's implementation or of a resolver are given, and count as none.
#[derive(Default)]
struct Functions {
    found: Vec<Function>,
    given: bool,
}

impl Functions {
    fn note(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let own = signature.inputs.iter().filter(|input| matches!(input, syn::FnArg::Typed(_))).count();
        let line = signature.span().start().line;
        self.found.push(Function {
            name: signature.ident.to_string(),
            line,
            lines: block.span().end().line + 1 - line,
            parameters: if self.given { 0 } else { own },
        });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.note(&item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.note(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let resolves = |attribute: &syn::Attribute| {
            attribute.path().segments.last().is_some_and(|last| RESOLVERS.iter().any(|name| last.ident == name))
        };
        self.given = item.trait_.is_some() || item.attrs.iter().any(resolves);
        syn::visit::visit_item_impl(self, item);
        self.given = false;
    }
}
