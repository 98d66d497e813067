//! Which files there are, and what they may be called.

use std::fs;
use std::path::{Path, PathBuf};

use super::assert_none;

/// Folders that hold what is built, downloaded or kept, never what is written.
const NOT_OURS: [&str; 6] = [".git", "target", "node_modules", "dist", "upline-data", "proptest-regressions"];
const BANNED: [&str; 9] = ["utils", "helpers", "common", "misc", "shared", "manager", "base", "models", "types"];

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of the repository, with paths from its root, in order.
pub fn all() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(Path::new(""), &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        match entry.file_type().unwrap() {
            _ if NOT_OURS.iter().any(|name| path.ends_with(name)) => {}
            kind if kind.is_dir() => collect(&path, files),
            kind if kind.is_file() => files.push(path),
            _ => {}
        }
    }
}

/// Files of ours in Rust.
pub fn rust() -> Vec<PathBuf> {
    all().into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// Whether a file holds nothing but tests.
pub fn is_test(path: &Path) -> bool {
    path.starts_with("tests") || path.starts_with("benches") || path.iter().any(|part| part == "tests" || part == "tests.rs")
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let nameless = |path: &PathBuf| path.iter().any(|part| BANNED.contains(&Path::new(part).file_stem().unwrap().to_str().unwrap()));
    let findings = all().into_iter().filter(nameless).map(|path| path.display().to_string()).collect();
    assert_none(findings, &format!("no file or folder is called {}: name what is in it", BANNED.join(", ")));
}
