//! Documents made to hurt: each must be answered quickly, and none may break the server.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use async_graphql::Variables;
use proptest::prelude::*;
use serde_json::json;
use upline::graphql::precheck::Precheck;
use upline::graphql::settings::Limits;

use super::server::Server;
use super::toy;

/// Generous, because the tests run unoptimised beside each other.
pub const QUICKLY: Duration = Duration::from_secs(5);

fn documents() -> Vec<String> {
    let mut documents = Vec::new();
    for size in [1, 10, 60, 63, 64, 65, 1_000, 20_000] {
        for (open, middle, close) in [
            ("{partner", "{sponsor", "}"),
            ("{a(x:", "[", "]"),
            ("{a(x:", "{y:", "}"),
            ("query($x:", "[", "]"),
            ("query($x:Int=", "[", "]"),
            ("{partner", "{...", "}"),
            ("{partner", "{... on Partner", "}"),
            ("{a(x:", "[\"\"\" \" ", "]"),
            ("{a", "{a(x:{y:[", "]})}"),
        ] {
            documents.push(format!("{open}{}{}", middle.repeat(size), close.repeat(size)));
            documents.push(format!("{open}{} number {}}}", middle.repeat(size), close.repeat(size)));
            documents.push(format!("{open}{}", middle.repeat(size)));
        }
        for repeated in [
            "number ",
            "a:number ",
            "...F ",
            "...{number} ",
            "sponsor{number} ",
            "sponsor{...F} ",
            "__typename@skip(if:$x) ",
            "@x ",
            "nothing ",
        ] {
            documents.push(format!("{{partner{{{}}}}} fragment F on Partner{{number}}", repeated.repeat(size)));
            documents.push(format!("{{partner{{...F}}}} fragment F on Partner{{{}}}", repeated.repeat(size)));
        }
        documents.push("{a} ".repeat(size));
        documents.push((0..size).map(|n| format!("query Q{n}{{partner{{...F}}}} ")).collect::<String>() + "fragment F on Partner{number}");
        documents.push((0..size).fold("{partner{...F0}}".to_owned(), |all, n| format!("{all} fragment F{n} on Partner{{...F{}}}", n + 1)));
        documents.push(format!("query({}){{partner{{number}}}}", (0..size).map(|n| format!("$v{n}:Int ")).collect::<String>()));
        documents.push(format!("{{greeting(name:\"{}\")}}", "\\u0041".repeat(size)));
        documents.push("\u{feff}#".repeat(size));
    }
    documents
}

#[tokio::test]
async fn hundreds_of_hostile_documents_are_each_answered_quickly() {
    let server = Server::start().await;
    let documents = documents();
    assert!(documents.len() > 200);
    for document in documents {
        let started = Instant::now();
        let response = server.post(&json!({ "query": document })).await;
        let took = started.elapsed();
        let start: String = document.chars().take(80).collect();
        assert!(took < QUICKLY, "{took:?} for {} bytes: {start}", document.len());
        assert!(matches!(response.status().as_u16(), 200 | 400 | 413), "{} for {start}", response.status());
        assert!(response.bytes().await.unwrap().len() < 100_000, "a long answer to {start}");
    }
}

static PRECHECK: LazyLock<Precheck> = LazyLock::new(|| {
    let schema = toy::schema(Arc::default());
    Precheck::new(&schema.sdl(), Limits::default(), true).unwrap()
});

proptest! {
    #[test]
    fn no_sequence_of_tokens_breaks_the_precheck(tokens in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "(", ")", "[", "]", ":", "...", "on", "Partner", "fragment", "query", "subscription", "F", "@skip", "$x", "partner", "sponsor",
        "directs", "first", "downline", "edges", "node", "__schema", "__typename", "\"", "\"\"\"", "\\", "1", "-", ".", "#", "\n", "null", "é",
    ]), 0..200)) {
        _ = PRECHECK.check(&tokens.join(" "), None, &Variables::default());
        _ = PRECHECK.check(&tokens.concat(), Some("F"), &Variables::default());
    }

    #[test]
    fn no_text_breaks_the_precheck(text in ".*") {
        _ = PRECHECK.check(&text, None, &Variables::default());
    }
}
