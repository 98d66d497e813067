//! The operations that the page offers, and those of its own, against the real schema.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use upline::domain::accounts::{Role, Scope};
use upline::graphql::params::Params;
use upline::graphql::precheck::Precheck;
use upline::graphql::roots::definition;
use upline::graphql::settings::Limits;

use super::company::found;
use super::served::Served;
use crate::app::{App, on_both_databases};

/// The partner of the demo whom the examples name, high in the tree, and one low in it.
pub const DEMO_PARTNERS: [&str; 2] = ["1201", "6248"];

/// One operation of a file, sent alone.
pub struct Example {
    pub place: String,
    pub text: String,
    pub variables: Value,
}

impl Example {
    pub fn is_query(&self) -> bool {
        self.text.starts_with("query")
    }

    /// What operators ask for: it needs a scope that the comment names.
    pub fn is_for_operators(&self) -> bool {
        self.text.contains("  operator {")
    }

    /// Asserts that an answer shows what the operation asks for: nothing at its top is null, nor is the partner of the viewer.
    pub fn assert_shown(&self, answer: &Value) {
        assert!(answer.get("errors").is_none(), "{}: {answer}", self.place);
        let roots = answer["data"].as_object().unwrap_or_else(|| panic!("{}: {answer}", self.place));
        let is_shown = |root: &Value| !root.is_null() && root.get("partner").is_none_or(|partner| !partner.is_null());
        assert!(roots.values().all(is_shown), "{}: {answer}", self.place);
    }
}

fn files() -> Vec<PathBuf> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("playground");
    let mut files: Vec<_> = std::fs::read_dir(page.join("operations")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.push(page.join("src/session.graphql"));
    files.sort();
    files
}

/// Reads a file as the page does: the comment right above an operation ends in `# Variables: {json}`.
fn examples(file: &Path) -> Vec<Example> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut examples = Vec::new();
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let (comment, operation): (Vec<_>, Vec<_>) = block.lines().partition(|line| line.starts_with('#'));
        if operation.is_empty() {
            continue;
        }
        let words: Vec<_> = comment.iter().map(|line| line.trim_start_matches('#')).collect();
        let words = words.join("\n");
        let variables = words.split_once("Variables:").map_or(json!({ "input": {} }), |(_, json)| serde_json::from_str(json).unwrap());
        let name = file.file_name().unwrap().to_string_lossy();
        examples.push(Example { place: format!("{name}: {}", operation[0]), text: operation.join("\n"), variables });
    }
    assert!(!examples.is_empty(), "{}", file.display());
    examples
}

pub fn all() -> Vec<Example> {
    files().iter().flat_map(|file| examples(file)).collect()
}

#[test]
fn all_operations_keep_within_the_limits() {
    let precheck = Precheck::new(&definition(), Limits::default(), true).unwrap();
    for example in all() {
        let params = Params::from_json(json!({ "query": example.text, "variables": example.variables })).unwrap();
        precheck.check(&example.text, None, &params.variables).unwrap_or_else(|error| panic!("{}: {error:?}", example.place));
    }
}

on_both_databases!(all_operations_fit_the_schema, all_queries_run);

async fn all_operations_fit_the_schema(app: App) {
    let served = Served::start(&app).await;
    for example in all() {
        // Validation reads the whole document, execution only the operation that is named.
        let document = format!("{}\nquery Probe {{ __typename }}", example.text);
        let params = json!({ "query": document, "variables": example.variables, "operationName": "Probe" });
        let answer = served.run(None, params).await.0;
        assert_eq!(answer, json!({ "data": { "__typename": "Query" } }), "{}", example.place);
    }
}

async fn all_queries_run(app: App) {
    found(&app, 40, 3).await;
    let served = Served::start(&app).await;
    let partner = app.member("partner").await;
    app.execute("UPDATE partners SET account_id = (SELECT id FROM accounts WHERE username = 'partner') WHERE id = 1", []).await;
    let operator = app.staff("operator", Role::Operator, &[Scope::Network, Scope::Orders, Scope::Kyc, Scope::Applications]).await;
    for mut example in all().into_iter().filter(Example::is_query) {
        // In this company the partner of the demo has another number.
        if let Some(number) = example.variables.pointer_mut("/number") {
            assert!(DEMO_PARTNERS.contains(&number.as_str().unwrap()), "{}", example.place);
            *number = json!("1");
        }
        if example.is_for_operators() {
            example.assert_shown(&served.answer(Some(operator.token()), &example.text, example.variables.clone()).await);
            continue;
        }
        example.assert_shown(&served.answer(Some(partner.token()), &example.text, example.variables.clone()).await);
        let answer = served.answer(Some(operator.token()), &example.text, example.variables.clone()).await;
        assert!(answer.get("errors").is_none() && answer["data"].is_object(), "{}: {answer}", example.place);
    }
}
