//! Every Rust file is compiled.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::source::Source;
use super::{assert_none, files};

#[test]
fn every_file_is_declared_by_a_module() {
    let mut alive = BTreeSet::new();
    for path in files::rust().iter().filter(|path| is_root(path)) {
        let folder = path.parent().unwrap().to_owned();
        follow(path, &folder, &mut alive);
    }
    let dead = files::rust().into_iter().filter(|path| !alive.contains(path));
    assert_none(dead.map(|path| path.display().to_string()).collect(), "no module declares these files, so nothing compiles them:");
}

/// What cargo compiles by itself: libraries, binaries, each file or `main.rs` of a folder under tests, benches and examples; and the fuzz targets, which
/// `tests/run` checks.
fn is_root(path: &Path) -> bool {
    let parts: Vec<&str> = path.iter().map(|part| part.to_str().unwrap()).collect();
    match parts.as_slice() {
        [.., "src", "lib.rs" | "main.rs"] | ["tests", "fuzz", "fuzz_targets", _] => true,
        ["tests" | "benches" | "examples", rest @ ..] => rest.len() == 1 || (rest.len() == 2 && rest[1] == "main.rs"),
        _ => false,
    }
}

fn follow(path: &Path, folder: &Path, alive: &mut BTreeSet<PathBuf>) {
    alive.insert(path.to_owned());
    declared(&Source::read(path).syntax.items, folder, alive);
}

fn declared(items: &[syn::Item], folder: &Path, alive: &mut BTreeSet<PathBuf>) {
    for item in items {
        let syn::Item::Mod(module) = item else { continue };
        let inner = folder.join(module.ident.to_string());
        if let Some((_, items)) = &module.content {
            declared(items, &inner, alive);
            continue;
        }
        let candidates = [inner.with_extension("rs"), inner.join("mod.rs")];
        if let Some(file) = candidates.iter().find(|file| files::root().join(file).exists()) {
            follow(file, &inner, alive);
        }
    }
}
