//! Who imports whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::RangeInclusive;

use syn::spanned::Spanned as _;
use syn::visit::Visit;

use super::layers::Layer;
use super::source::{Source, Token};
use super::{assert_none, files, layers};

/// A path as it is written, `crate` and `super` resolved.
struct Named {
    path: Vec<String>,
    line: usize,
}

#[test]
fn every_layer_names_only_what_the_table_allows() {
    let (table, crates) = (layers::table(), dependencies());
    let mut findings = Vec::new();
    for source in Source::production(&["src", "entity/src", "migration/src"]) {
        let name = layers::of(&source.path);
        let layer = table
            .get(&name)
            .unwrap_or_else(|| panic!("{}: layer {name} is not in the table of src/ARCHITECTURE.md", source.path.display()));
        for named in paths(&source, &crates) {
            findings.extend(judge(&name, layer, &named).map(|fault| format!("{}: {name} {fault}", source.at(named.line))));
        }
    }
    findings.dedup();
    assert_none(findings, "the import table of src/ARCHITECTURE.md allows each layer certain imports:");
}

#[test]
fn the_table_allows_nothing_that_nobody_imports() {
    let crates = dependencies();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in Source::production(&["src", "entity/src", "migration/src"]) {
        let of_layer = used.entry(layers::of(&source.path)).or_default();
        of_layer.extend(paths(&source, &crates).into_iter().map(|named| match named.path[0].as_str() {
            "crate" => named.path.get(1).cloned().unwrap_or_default(),
            outside => outside.to_owned(),
        }));
    }
    let mut findings = Vec::new();
    for (name, layer) in layers::table() {
        let is_unused = |word: &&String| !used.get(&name).is_some_and(|used| used.contains(*word));
        findings.extend(layer.inside.iter().chain(&layer.outside).filter(is_unused).map(|word| format!("{name}: {word}")));
    }
    assert_none(findings, "the import table of src/ARCHITECTURE.md allows more than is imported; cut these words:");
}

fn judge(name: &str, layer: &Layer, named: &Named) -> Option<String> {
    let path = named.path.join("::");
    let target = named.path.get(1).map_or("", String::as_str);
    match named.path[0].as_str() {
        "crate"
            if target == name || layer.inside.iter().any(|inside| inside == target) || ["entity", "migration", "lib"].contains(&name) =>
        {
            None
        }
        "crate" => Some(format!("may not import crate::{target}")),
        "std" => {
            let never = layer.never.iter().find(|never| path == **never || path.starts_with(&format!("{never}::")));
            never.map(|never| format!("may never name {never}"))
        }
        outside if layer.outside.iter().any(|allowed| allowed == outside) => None,
        outside => Some(format!("may not use the crate {outside}")),
    }
}

/// Names of the crates that code here can name, as it names them.
fn dependencies() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for manifest in ["Cargo.toml", "entity/Cargo.toml", "migration/Cargo.toml"] {
        let manifest: toml::Table = fs::read_to_string(files::root().join(manifest)).unwrap().parse().unwrap();
        names.extend(manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")));
    }
    names
}

/// All paths into the crate, the standard library and the dependencies; in macros and attributes too.
fn paths(source: &Source, crates: &BTreeSet<String>) -> Vec<Named> {
    let mut uses = Uses::default();
    uses.visit_file(&source.syntax);
    let module = module_of(source);
    let tokens = without_use_items(&source.tokens);
    let in_tokens = written(&tokens);
    let lines: BTreeSet<usize> = source.tokens.iter().map(|token| token.line).collect();
    let in_uses = uses.paths.into_iter().filter(|named| lines.contains(&named.line));
    let resolved = in_tokens.into_iter().chain(in_uses).filter_map(|named| {
        let inline = uses.inline.iter().filter(|(lines, _)| lines.contains(&named.line)).map(|(_, name)| name.clone());
        let module: Vec<String> = module.iter().cloned().chain(inline).collect();
        resolve(named, &module, &uses.local, crates)
    });
    resolved.collect()
}

fn without_use_items(tokens: &[Token]) -> Vec<&Token> {
    let mut in_use = false;
    let outside = tokens.iter().enumerate().filter(|(index, token)| {
        // `use<…>` among the bounds of a type is no import.
        let starts = token.text == "use" && tokens.get(index + 1).is_some_and(|next| next.text != "<");
        in_use = (in_use || starts) && token.text != ";";
        !in_use
    });
    outside.map(|(_, token)| token).collect()
}

/// `a::b::c` wherever it stands among the tokens.
fn written(tokens: &[&Token]) -> Vec<Named> {
    let is_name =
        |index: usize| tokens.get(index).is_some_and(|token| token.text.starts_with(|first: char| first.is_alphabetic() || first == '_'));
    let joins = |index: usize| [index, index + 1].iter().all(|index| tokens.get(*index).is_some_and(|token| token.text == ":"));
    let mut paths = Vec::new();
    let mut next = 0;
    while next < tokens.len() {
        let start = next;
        next += 1;
        if !is_name(start) {
            continue;
        }
        while joins(next) && is_name(next + 2) {
            next += 3;
        }
        if next > start + 1 {
            let path = (start..next).step_by(3).map(|index| tokens[index].text.clone()).collect();
            paths.push(Named { path, line: tokens[start].line });
        }
    }
    paths
}

/// Where a file stands in its crate: `src/http/graphql/ws.rs` is `http, graphql, ws`.
fn module_of(source: &Source) -> Vec<String> {
    let inside =
        source.path.iter().map(|part| part.to_str().unwrap().trim_end_matches(".rs").to_owned()).skip_while(|part| part != "src").skip(1);
    inside.filter(|part| !["mod", "lib", "main"].contains(&part.as_str())).collect()
}

/// `None` when the path leads to something the file itself declares or to nothing of interest.
fn resolve(named: Named, module: &[String], local: &BTreeSet<String>, crates: &BTreeSet<String>) -> Option<Named> {
    let Named { path, line } = named;
    let first = path[0].as_str();
    let path = match first {
        "crate" | "std" => path,
        "upline" => [vec!["crate".to_owned()], path[1..].to_vec()].concat(),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            let parent = &module[..module.len().saturating_sub(ups)];
            [&["crate".to_owned()], parent, &path[ups..]].concat()
        }
        _ if crates.contains(first) && !local.contains(first) => path,
        _ => return None,
    };
    (path.len() > 1 || crates.contains(&path[0])).then_some(Named { path, line })
}

/// Paths of `use` items, and the names that the file gives to something of its own.
#[derive(Default)]
struct Uses {
    paths: Vec<Named>,
    local: BTreeSet<String>,
    /// Modules that are written out within the file, with their lines.
    inline: Vec<(RangeInclusive<usize>, String)>,
}

impl Uses {
    fn walk(&mut self, tree: &syn::UseTree, prefix: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(part) => {
                prefix.push(part.ident.to_string());
                self.walk(&part.tree, prefix);
                prefix.pop();
            }
            syn::UseTree::Name(leaf) => self.leaf(prefix, &leaf.ident, &leaf.ident),
            syn::UseTree::Rename(leaf) => self.leaf(prefix, &leaf.ident, &leaf.rename),
            syn::UseTree::Glob(glob) => {
                let line = glob.star_token.spans[0].start().line;
                self.paths.push(Named { path: prefix.clone(), line });
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.walk(tree, prefix)),
        }
    }

    fn leaf(&mut self, prefix: &[String], name: &syn::Ident, bound: &syn::Ident) {
        if !prefix.is_empty() {
            self.local.insert(bound.to_string());
        }
        let path = [prefix, &[name.to_string()]].concat();
        self.paths.push(Named { path, line: name.span().start().line });
    }
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.walk(&item.tree, &mut Vec::new());
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.local.insert(item.ident.to_string());
        if item.content.is_some() {
            self.inline.push((item.span().start().line..=item.span().end().line, item.ident.to_string()));
        }
        syn::visit::visit_item_mod(self, item);
    }
}
