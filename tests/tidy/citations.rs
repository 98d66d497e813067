//! What the code cites can be looked up: sections and decisions of `docs/plans.md`, promises of `docs/promises.md` and their tests.

use std::collections::BTreeSet;
use std::fs;

use super::{assert_none, files};

const PLANS: &str = "docs/plans.md";
const PROMISES: &str = "docs/promises.md";

/// The words that follow a mark, such as the `9` in `Q9`, with the file and line they stand in.
fn cited(mark: &str) -> impl Iterator<Item = (String, Vec<String>)> {
    files::rust().into_iter().flat_map(move |path| {
        let text = fs::read_to_string(files::root().join(&path)).unwrap();
        let found = |(index, line): (usize, &str)| {
            let (_, rest) = line.split_once(mark)?;
            Some((format!("{}:{}", path.display(), index + 1), labels(rest)))
        };
        text.lines().enumerate().filter_map(found).collect::<Vec<_>>()
    })
}

/// `section 6`, `Q11`, `P05`: what may be cited, up to the end of the bracket.
fn labels(text: &str) -> Vec<String> {
    let words = text.split(')').next().unwrap_or_default().split(|sign: char| !sign.is_alphanumeric());
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_label = |word: &&str| is_number(word.trim_start_matches(['P', 'Q']));
    words.filter(is_label).map(str::to_owned).collect()
}

fn missing(mark: &str, known: &BTreeSet<String>) -> Vec<String> {
    let lost = |(place, labels): (String, Vec<String>)| {
        let unknown: Vec<_> = labels.into_iter().filter(|label| !known.contains(label)).collect();
        (!unknown.is_empty()).then(|| format!("{place}: {}", unknown.join(", ")))
    };
    cited(mark).filter_map(lost).collect()
}

#[test]
fn every_cited_section_and_decision_of_the_plans_exists() {
    let text = fs::read_to_string(files::root().join(PLANS)).unwrap();
    let sections = text.lines().filter_map(|line| line.strip_prefix("## ")?.split_once(". ")).map(|(number, _)| number.to_owned());
    let decisions = text.lines().filter_map(|line| line.strip_prefix("- **Q")?.split_once("** ")).map(|(number, _)| format!("Q{number}"));
    let known: BTreeSet<_> = sections.chain(decisions).collect();
    assert!(known.contains("1") && known.contains("Q1"), "{PLANS} has no numbers");
    // In two halves, so that this file does not cite.
    assert_none(missing(concat!("plans", ".md, "), &known), "docs/plans.md has no such section or decision:");
}

#[test]
fn every_cited_promise_is_kept_by_tests_that_exist() {
    let text = fs::read_to_string(files::root().join(PROMISES)).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().filter(|line| line.starts_with("| P")).map(|line| line.split('|').collect()).collect();
    let known: BTreeSet<_> = rows.iter().flat_map(|row| labels(row[1])).collect();
    let mut findings = missing(concat!("promise", " "), &known);
    findings.extend(missing(concat!("promises", " "), &known));
    assert_none(findings, "docs/promises.md has no such promise:");
    let sources: String = files::rust().iter().map(|path| fs::read_to_string(files::root().join(path)).unwrap()).collect();
    let named = rows.iter().flat_map(|row| row[3].split('`').skip(1).step_by(2));
    let lost = named.filter(|name| !sources.contains(&format!("fn {name}(")));
    assert_none(lost.map(str::to_owned).collect(), "docs/promises.md names tests that do not exist:");
}
