use std::fmt::Write as _;
use std::time::Instant;

use serde_json::{Value, json};
use upline::graphql::settings::{Limits, Settings};

use super::hostile::QUICKLY;
use super::server::{Server, code};

/// The query that GraphiQL and code generators send first.
const INTROSPECTION: &str = include_str!("introspection.graphql");

/// The name of the limit that refused the document.
async fn refused_by(server: &Server, document: &str) -> String {
    let started = Instant::now();
    let (status, answer) = server.query(document).await;
    assert!(started.elapsed() < QUICKLY, "took {:?}", started.elapsed());
    assert_eq!((status, code(&answer)), (400, "QUERY_TOO_COMPLEX"), "{answer}");
    answer["errors"][0]["extensions"]["limit"]["name"].as_str().expect("a limit's name").to_owned()
}

#[tokio::test]
async fn a_kilobyte_of_fragments_that_fan_out_is_refused_at_once() {
    let server = Server::start().await;
    let mut document = "{ partner { ...F0 } }".to_owned();
    for level in 0..5 {
        let spreads = format!("...F{} ", level + 1).repeat(30);
        write!(document, " fragment F{level} on Partner {{ {spreads}}}").unwrap();
    }
    document.push_str(" fragment F5 on Partner { number }");
    assert!(document.len() < 1_500);
    assert_eq!(refused_by(&server, &document).await, "selections");
}

#[tokio::test]
async fn fragments_that_double_sixty_times_are_refused_at_once() {
    let server = Server::start().await;
    let mut document = "{ partner { ...F0 } }".to_owned();
    for level in 0..60 {
        write!(document, " fragment F{level} on Partner {{ ...F{next} ...F{next} }}", next = level + 1).unwrap();
    }
    document.push_str(" fragment F60 on Partner { number }");
    assert_eq!(refused_by(&server, &document).await, "levels");
}

#[tokio::test]
async fn a_fragment_that_is_never_used_is_refused() {
    let server = Server::start().await;
    let (_, answer) = server.query("{ __typename } fragment A on Partner { ...A ...A }").await;
    assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn a_fragment_inside_itself_is_refused() {
    let server = Server::start().await;
    let (_, answer) = server.query("{ partner { ...A } } fragment A on Partner { ...B } fragment B on Partner { sponsor { ...A } }").await;
    assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn too_many_aliases_are_refused() {
    let server = Server::start().await;
    let aliases: String = (0..31).map(|number| format!("a{number}: number ")).collect();
    assert_eq!(refused_by(&server, &format!("{{ partner {{ {aliases} }} }}")).await, "aliases");
}

#[tokio::test]
async fn too_many_root_fields_are_refused_even_through_fragments() {
    let server = Server::start().await;
    let fields = "__typename ".repeat(11);
    assert_eq!(refused_by(&server, &format!("{{ ...R ...R }} fragment R on Query {{ {fields} }}")).await, "rootFields");
}

#[tokio::test]
async fn too_many_directives_at_one_place_are_refused() {
    let server = Server::start().await;
    let directives = "@skip(if: false) ".repeat(6);
    assert_eq!(refused_by(&server, &format!("{{ __typename {directives} }}")).await, "directives");
}

#[tokio::test]
async fn deep_documents_are_refused_before_the_parser_runs_out_of_stack() {
    let server = Server::start().await;
    let nested = |depth: usize| format!("{{ partner {{ {} number {} }} }}", "sponsor { ".repeat(depth), "} ".repeat(depth));
    assert_eq!(server.query(&nested(13)).await.0, 200);
    assert_eq!(refused_by(&server, &nested(14)).await, "depth");
    assert_eq!(refused_by(&server, &format!("{}{}", "{a".repeat(4_000), "}".repeat(4_000))).await, "nesting");
    assert_eq!(refused_by(&server, &format!("{{ greeting(name: {}) }}", "[".repeat(4_000))).await, "nesting");
    assert_eq!(refused_by(&server, &format!("{{ {} }}", "a ".repeat(12_000))).await, "tokens");
    assert_eq!(refused_by(&server, &" ".repeat(70_000)).await, "documentBytes");
}

#[tokio::test]
async fn lists_count_as_long_as_they_may_become() {
    let server = Server::start().await;
    assert_eq!(refused_by(&server, "{ partner { directs(first: 100000) { number } } }").await, "nodes");
    assert_eq!(
        refused_by(&server, "{ partner { downline(first: 100) { nodes { downline(first: 100) { nodes { directs { number } } } } } } }")
            .await,
        "nodes"
    );
    let hidden = json!({ "query": "query ($n: Int) { partner { directs(first: $n) { number } } }", "variables": { "n": 100_000 } });
    assert_eq!(code(&server.post(&hidden).await.json().await.unwrap()), "QUERY_TOO_COMPLEX");
    let in_default = "query ($n: Int = 100000) { partner { directs(first: $n) { number } } }";
    assert_eq!(refused_by(&server, in_default).await, "nodes");
}

#[tokio::test]
async fn the_cost_is_shown_on_request() {
    let server = Server::start().await;
    let document =
        "{ partner { downline(first: 5) { totalCount: __typename edges { cursor node { number directs(first: 2) { number } } } } } }";
    let answer: Value = server.post(&json!({ "query": document, "extensions": { "cost": true } })).await.json().await.unwrap();
    // partner, downline and its __typename; five edges, each with a cursor, a node, a number and two directs with a number.
    assert_eq!(answer["extensions"]["cost"], json!({ "requested": 3 + 5 * (4 + 2 * 2), "limit": 50_000 }));
    assert_eq!(server.query(document).await.1.get("extensions"), None);
    let by_header = server.client.post(server.url("/graphql")).header("x-graphql-cost", "1").json(&json!({ "query": "{ __typename }" }));
    let answer: Value = by_header.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["extensions"]["cost"]["requested"], 1);
}

#[tokio::test]
async fn variables_are_bounded_in_depth_and_number() {
    let server = Server::start().await;
    let mut deep = json!(1);
    for _ in 0..20 {
        deep = json!([deep]);
    }
    for variables in [json!({ "x": deep }), json!({ "x": vec![1; 6_000] })] {
        let answer: Value = server.post(&json!({ "query": "{ __typename }", "variables": variables })).await.json().await.unwrap();
        assert_eq!(code(&answer), "QUERY_TOO_COMPLEX");
    }
}

#[tokio::test]
async fn the_standard_introspection_passes_and_walks_in_circles_do_not() {
    let server = Server::start().await;
    let (status, answer) = server.query(INTROSPECTION).await;
    assert_eq!((status, answer.get("errors")), (200, None), "{answer}");
    let circle = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_eq!(refused_by(&server, circle).await, "introspectionLists");
}

#[tokio::test]
async fn introspection_can_be_switched_off() {
    let server = Server::with(Settings { introspection: false, ..Settings::default() }).await;
    for document in [INTROSPECTION, "{ partner { number } ...S } fragment S on Query { __type(name: \"Query\") { name } }"] {
        let (status, answer) = server.query(document).await;
        assert_eq!((status, code(&answer)), (400, "GRAPHQL_VALIDATION_FAILED"));
    }
    assert_eq!(server.query("{ __typename }").await.0, 200);
}

#[test]
fn limits_come_from_configuration_with_defaults_for_the_rest() {
    let limits: Limits = toml::from_str("aliases = 3").unwrap();
    assert_eq!((limits.aliases, limits.depth, limits.document_bytes), (3, 15, 65_536));
    assert!(toml::from_str::<Limits>("alliases = 3").is_err());
}
