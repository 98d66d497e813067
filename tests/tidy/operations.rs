//! The page's example operations.

use std::collections::BTreeSet;
use std::fs;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::DocumentOperations;

use super::{assert_none, files};

#[test]
fn every_example_operation_is_valid_graphql_with_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    let mut findings = Vec::new();
    for path in files::all().into_iter().filter(|path| path.starts_with("playground/operations")) {
        let shown = path.display();
        if path.extension().is_none_or(|extension| extension != "graphql") {
            findings.push(format!("{shown}: only .graphql files belong here"));
            continue;
        }
        match parse_query(fs::read_to_string(files::root().join(&path)).unwrap()).map(|document| document.operations) {
            Ok(DocumentOperations::Multiple(operations)) => {
                findings.extend(
                    operations.keys().filter(|name| !names.insert((*name).clone())).map(|name| format!("{shown}: {name} exists already")),
                );
            }
            Ok(DocumentOperations::Single(_)) => findings.push(format!("{shown}: an operation has no name")),
            Err(error) => findings.push(format!("{shown}: {error}")),
        }
    }
    assert_none(findings, "playground/operations holds one file per noun with named operations:");
}
