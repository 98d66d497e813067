//! The page needs one and the same Node.js, wherever that is said.

use std::fs;

use super::{assert_none, files};

/// As people read it; `engines` say it for npm.
const NEEDED: &str = "^20.19, ^22.13 or >=23.5";
const ENGINES: &str = "\"node\": \"^20.19.0 || ^22.13.0 || >=23.5.0\"";

#[test]
fn every_place_asks_for_the_same_node() {
    let said = ["README.md", "src/cli/demo.rs", "src/http/playground_not_built.html", "tests/run"].map(|place| (place, NEEDED));
    let engines = ["playground/package.json", "tests/clients/package.json", "tests/page/package.json"].map(|place| (place, ENGINES));
    let lacks = |(place, text): &(&str, &str)| {
        let content = fs::read_to_string(files::root().join(place)).unwrap();
        !content.replace("&gt;", ">").contains(text)
    };
    let findings = said.into_iter().chain(engines).filter(lacks).map(|(place, text)| format!("{place}: {text}"));
    assert_none(findings.collect(), "these places do not name the Node.js that the page needs:");
}
