//! What no file says.

use std::fs;

use super::{assert_none, files};

/// Written in two halves, so that this file does not find itself.
const LEFT_FOR_LATER: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];
/// First folders of paths that exist on somebody's machine only.
const SOMEBODYS: [&str; 7] = ["root", "home", "Users", "work", "workspace", "builds", "mnt"];

/// Every text file, with its path and text.
fn texts() -> impl Iterator<Item = (String, String)> {
    files::all().into_iter().filter_map(|path| Some((path.display().to_string(), fs::read_to_string(files::root().join(path)).ok()?)))
}

/// Findings "path:line: line" for every line that the rule objects to.
fn lines(objects: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, text) in texts() {
        findings.extend(text.lines().enumerate().filter(|(_, line)| objects(&path, line)).map(|(index, line)| {
            let shown: String = line.trim().chars().take(100).collect();
            format!("{path}:{}: {shown}", index + 1)
        }));
    }
    findings
}

#[test]
fn nothing_is_left_for_later() {
    let locked = |path: &str| path.ends_with("package-lock.json") || path.ends_with("Cargo.lock");
    let findings = lines(|path, line| !locked(path) && LEFT_FOR_LATER.iter().any(|word| line.contains(word)));
    assert_none(findings, "what is to be done stands in the issues, not in the code:");
}

#[test]
fn no_file_names_a_path_of_somebodys_machine() {
    let findings = lines(|_, line| SOMEBODYS.iter().any(|folder| names_folder(line, folder)));
    assert_none(findings, "these paths exist on one machine only:");
}

/// Whether `/folder/` stands there as an absolute path, not as a part of a longer path or address.
fn names_folder(line: &str, folder: &str) -> bool {
    let path = format!("/{folder}/");
    line.match_indices(&path).any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || "._-*}$~/<>".contains(before)))
}

#[test]
fn a_package_lock_pins_contents_and_leaves_the_registry_to_npm() {
    let findings = lines(|path, line| path.ends_with("package-lock.json") && line.trim().starts_with("\"resolved\": \"http"));
    assert_none(findings, "write package-lock.json with omit-lockfile-registry-resolved, so that a mirror or proxy works too:");
}
