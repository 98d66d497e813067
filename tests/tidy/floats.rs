//! No floats near money, no aborts on input.

use super::assert_none;
use super::source::{Source, Token};

const EXACT: [&str; 8] =
    ["src/domain", "src/engine", "src/events", "src/offline", "src/store", "src/commands", "entity/src", "migration/src"];

#[test]
fn layers_that_compute_or_keep_anything_have_no_float_type() {
    // After a dot, `0.1` is a field of a field.
    let is_float = |before: &Token, token: &Token| {
        ["f32", "f64"].contains(&token.text.as_str()) || (before.text != "." && is_float_literal(&token.text))
    };
    let findings = Source::production(&EXACT).into_iter().flat_map(|source| {
        let floats: Vec<String> = source
            .tokens
            .array_windows()
            .filter(|[before, token]| is_float(before, token))
            .map(|[_, token]| source.at(token.line))
            .collect();
        floats
    });
    assert_none(findings.collect(), &format!("floats are not exact; {} use integers or Decimal:", EXACT.join(", ")));
}

fn is_float_literal(token: &str) -> bool {
    let is_number = token.starts_with(|first: char| first.is_ascii_digit()) && !token.starts_with("0x");
    is_number && (token.contains('.') || token.contains("e-") || token.ends_with("f64") || token.ends_with("f32"))
}

#[test]
fn nothing_in_src_aborts_where_it_could_report() {
    let mut findings = Vec::new();
    for source in Source::production(&["src", "entity/src", "migration/src"]) {
        for [before, name, after] in source.tokens.array_windows() {
            let method = before.text == "." && ["unwrap", "expect"].contains(&name.text.as_str());
            let macro_call = after.text == "!" && ["panic", "todo", "unimplemented", "unreachable"].contains(&name.text.as_str());
            if method || macro_call {
                findings.push(format!("{}: {}", source.at(name.line), name.text));
            }
        }
    }
    assert_none(findings, "an error is returned, with words for whoever reads it:");
}
