//! The import table of `src/ARCHITECTURE.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{assert_none, files};

/// What one layer may name.
pub struct Layer {
    pub inside: Vec<String>,
    pub outside: Vec<String>,
    pub never: Vec<String>,
}

/// The table, by layer.
pub fn table() -> BTreeMap<String, Layer> {
    rows()
        .into_iter()
        .map(|[name, inside, outside, never]| (name, Layer { inside: words(&inside), outside: words(&outside), never: words(&never) }))
        .collect()
}

fn rows() -> Vec<[String; 4]> {
    let text = fs::read_to_string(files::root().join("src/ARCHITECTURE.md")).unwrap();
    let lines = text.lines().skip_while(|line| !line.starts_with("| layer |")).skip(2).take_while(|line| line.starts_with('|'));
    let row = |line: &str| -> [String; 4] {
        let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        cells.try_into().unwrap_or_else(|_| panic!("src/ARCHITECTURE.md: a row of the import table has four cells: {line}"))
    };
    lines.map(row).collect()
}

fn words(cell: &str) -> Vec<String> {
    cell.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The layer of a file: the member crate, or the first folder or file under `src`.
pub fn of(path: &Path) -> String {
    let mut parts = path.iter().map(|part| part.to_str().unwrap());
    match (parts.next(), parts.next()) {
        (Some("src"), Some(name)) => name.trim_end_matches(".rs").to_owned(),
        (Some(member), _) => member.to_owned(),
        (None, _) => String::new(),
    }
}

#[test]
fn every_layer_stands_in_the_table_once_and_below_what_it_imports() {
    let mut above: Vec<String> = Vec::new();
    let mut findings = Vec::new();
    for [name, inside, ..] in rows() {
        findings.extend(
            words(&inside)
                .into_iter()
                .filter(|layer| !above.contains(layer))
                .map(|layer| format!("{name} imports {layer}, which does not stand above it")),
        );
        if above.contains(&name) {
            findings.push(format!("{name} stands there twice"));
        }
        above.push(name);
    }
    assert!(!above.is_empty(), "src/ARCHITECTURE.md has no import table");
    let production = files::rust().into_iter().filter(|path| ["src", "entity", "migration"].iter().any(|folder| path.starts_with(folder)));
    findings.extend(production.map(|path| of(&path)).filter(|layer| !above.contains(layer)).map(|layer| format!("{layer} is missing")));
    findings.dedup();
    assert_none(findings, "the import table of src/ARCHITECTURE.md:");
}
