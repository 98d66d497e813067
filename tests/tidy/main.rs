//! The house rules as tests: what `src/ARCHITECTURE.md` promises, the code keeps.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

mod citations;
mod files;
mod floats;
mod imports;
mod layers;
mod modules;
mod node;
mod operations;
mod secrets;
mod sizes;
mod source;
mod words;

/// Fails with all findings at once, so that one run shows everything there is to mend.
#[track_caller]
fn assert_none(findings: Vec<String>, rule: &str) {
    assert!(findings.is_empty(), "{rule}\n  {}\n", findings.join("\n  "));
}
