//! What we build on: licences, banned crates, sources and duplicate versions, held to `tests/dependencies.toml`. Needs no network.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    licences: BTreeMap<String, String>,
    banned: BTreeMap<String, String>,
    banned_directly: BTreeMap<String, String>,
    watched: BTreeMap<String, String>,
    duplicates: Vec<Duplicates>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Duplicates {
    because: String,
    versions: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

/// A package of the lock file, which covers every platform and feature.
#[derive(Deserialize)]
struct Locked {
    name: String,
    source: Option<String>,
    checksum: Option<String>,
}

/// A package that is really built here.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Built {
    name: String,
    version: String,
    licence: String,
}

fn read<T: for<'de> Deserialize<'de>>(file: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn built() -> BTreeSet<Built> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["tree", "--workspace", "--locked", "--offline", "--prefix", "none"]);
    let output = command.args(["--edges", "normal,build,dev", "--format", "{p}|{l}"]).output().unwrap();
    assert!(output.status.success(), "cargo tree failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let package = |line: &str| {
        let (package, licence) = line.trim_end_matches("(*)").split_once('|')?;
        let mut words = package.split(' ');
        Some(Built { name: words.next()?.to_owned(), version: words.next()?.to_owned(), licence: licence.trim().to_owned() })
    };
    let built: BTreeSet<Built> = text.lines().filter_map(package).collect();
    assert!(built.len() > 100, "cargo tree was not understood:\n{text}");
    built
}

#[track_caller]
fn assert_none(findings: &[String], rule: &str) {
    assert!(findings.is_empty(), "{rule}\n  {}\n", findings.join("\n  "));
}

/// An SPDX expression: `OR` (in older manifests `/`) asks for one side, `AND` for both; `WITH` an exception only widens a licence.
fn permits(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = without_outer_parentheses(expression.trim());
    if let Some((left, right)) = split_outside(expression, " OR ").or_else(|| split_outside(expression, "/")) {
        return permits(left, allowed) || permits(right, allowed);
    }
    if let Some((left, right)) = split_outside(expression, " AND ") {
        return permits(left, allowed) && permits(right, allowed);
    }
    allowed(expression.split(" WITH ").next().unwrap_or_default())
}

fn split_outside<'a>(expression: &'a str, operator: &str) -> Option<(&'a str, &'a str)> {
    let level = |at: usize| expression[..at].matches('(').count() - expression[..at].matches(')').count();
    let (at, _) = expression.match_indices(operator).find(|(at, _)| level(*at) == 0)?;
    Some((&expression[..at], &expression[at + operator.len()..]))
}

fn without_outer_parentheses(expression: &str) -> &str {
    let inner = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(expression)
}

#[test]
fn every_licence_is_allowed_and_every_allowed_licence_is_needed() {
    let Policy { licences, .. } = read("tests/dependencies.toml");
    let built = built();
    let refused = built.iter().filter(|built| !permits(&built.licence, &|licence| licences.contains_key(licence)));
    let mut findings: Vec<String> = refused.map(|built| format!("{} {} is under {:?}", built.name, built.version, built.licence)).collect();
    let needed = |licence: &&String| built.iter().any(|built| built.licence.contains(licence.as_str()));
    findings.extend(licences.keys().filter(|licence| !needed(licence)).map(|licence| format!("nothing is under {licence}: remove it")));
    assert_none(&findings, "tests/dependencies.toml [licences]:");
}

#[test]
fn a_licence_expression_is_read_as_spdx_says() {
    let mit = |licence: &str| licence == "MIT";
    for permitted in
        ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "Apache-2.0 / MIT", "MIT WITH x", "(MIT OR GPL-3.0) AND MIT", "MIT AND (GPL-3.0 OR MIT)"]
    {
        assert!(permits(permitted, &mit), "{permitted}");
    }
    for refused in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR GPL-3.0) AND Apache-2.0", "MITx", "GPL-3.0 OR (MIT AND Apache-2.0)"] {
        assert!(!permits(refused, &mit), "{refused}");
    }
}

#[test]
fn no_banned_crate_is_locked_and_none_is_named_by_our_manifests() {
    let Policy { banned, banned_directly, .. } = read("tests/dependencies.toml");
    let lock: Lock = read("Cargo.lock");
    let locked = lock.package.iter().filter_map(|package| Some(format!("{}: {}", package.name, banned.get(&package.name)?)));
    let mut findings: Vec<String> = locked.collect();
    for manifest in ["Cargo.toml", "entity/Cargo.toml", "migration/Cargo.toml"] {
        let table: toml::Table = read(manifest);
        let named = ["dependencies", "dev-dependencies", "build-dependencies"].into_iter().filter_map(|kind| table.get(kind)?.as_table());
        findings.extend(
            named.flat_map(toml::Table::keys).filter_map(|name| Some(format!("{manifest}: {name}: {}", banned_directly.get(name)?))),
        );
    }
    assert_none(&findings, "tests/dependencies.toml bans these crates:");
}

#[test]
fn every_crate_comes_from_the_public_registry_with_a_checksum() {
    let lock: Lock = read("Cargo.lock");
    let foreign = lock.package.iter().filter(|package| match &package.source {
        Some(source) => source != REGISTRY || package.checksum.is_none(),
        None => !package.name.starts_with("upline"),
    });
    let findings: Vec<String> = foreign.map(|package| format!("{} from {:?}", package.name, package.source)).collect();
    assert_none(&findings, "crates are released ones, not branches or copies:");
}

#[test]
fn no_crate_is_built_in_more_versions_than_were_accepted() {
    let Policy { duplicates, .. } = read("tests/dependencies.toml");
    let mut built_versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Built { name, version, .. } in built() {
        built_versions.entry(name).or_default().insert(version);
    }
    let mut findings = Vec::new();
    let mut accepted = BTreeMap::new();
    for Duplicates { because, versions } in duplicates {
        assert!(!because.is_empty(), "every exception says why");
        accepted.extend(versions);
    }
    for (name, versions) in &built_versions {
        let limit = accepted.get(name).copied().unwrap_or(1);
        if versions.len() > limit {
            findings.push(format!(
                "{name} is built {} times ({}), accepted {limit}",
                versions.len(),
                Vec::from_iter(versions.iter().cloned()).join(", ")
            ));
        }
    }
    for (name, limit) in accepted {
        let number = built_versions.get(&name).map_or(0, BTreeSet::len);
        if number < limit {
            findings.push(format!("{name} is built {number} times: lower or remove its exception of {limit}"));
        }
    }
    assert_none(&findings, "tests/dependencies.toml [[duplicates]] (cargo tree --invert NAME@VERSION says who asks for one):");
}

#[test]
fn a_watched_crate_is_still_there() {
    let Policy { watched, .. } = read("tests/dependencies.toml");
    let built: BTreeSet<String> = built().into_iter().map(|built| built.name).collect();
    let gone: Vec<String> =
        watched.into_keys().filter(|name| !built.contains(name)).map(|name| format!("{name} is gone: remove it")).collect();
    assert_none(&gone, "tests/dependencies.toml [watched]:");
}
