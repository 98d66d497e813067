use serde_json::Value;

use super::server::{Server, code};
use upline::graphql::errors::ErrorCode;

#[tokio::test]
async fn an_error_made_for_clients_reaches_them_beside_the_data() {
    let server = Server::start().await;
    let (status, answer) = server.query("{ account __typename }").await;
    assert_eq!((status, code(&answer)), (200, "UNAUTHENTICATED"));
    assert_eq!(answer["errors"][0]["message"], "Log in first.");
    assert_eq!(answer["data"]["__typename"], "Query");
}

#[tokio::test]
async fn any_other_error_becomes_internal_with_an_incident() {
    let server = Server::start().await;
    for document in ["{ leak }", "{ plainLeak }"] {
        let (status, answer) = server.query(document).await;
        assert_eq!((status, code(&answer)), (200, "INTERNAL"), "{document}");
        assert_eq!(answer["errors"][0]["extensions"]["incident"].as_str().map(str::len), Some(16));
        assert!(!answer.to_string().contains("hunter2"), "{answer}");
    }
}

#[tokio::test]
async fn a_panicking_resolver_becomes_internal_and_the_connection_lives() {
    let server = Server::start().await;
    let (status, answer) = server.query("{ panicking }").await;
    assert_eq!((status, code(&answer)), (500, "INTERNAL"));
    assert!(!answer.to_string().contains("hunter2"), "{answer}");
    assert_eq!(server.query("{ __typename }").await.0, 200);
}

#[tokio::test]
async fn a_failing_request_context_is_masked_too() {
    let server = Server::start().await;
    let request = server.client.post(server.url("/graphql")).bearer_auth("broken");
    let response = request.json(&serde_json::json!({ "query": "{ caller }" })).send().await.unwrap();
    assert_eq!(response.status(), 500);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(code(&answer), "INTERNAL");
    assert!(!answer.to_string().contains("hunter2"), "{answer}");
}

#[tokio::test]
async fn an_answer_holds_a_bounded_number_of_errors() {
    let server = Server::start().await;
    let (_, answer) = server.query("{ manyLeaks { value } }").await;
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(20));
}

#[test]
fn every_code_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), ErrorCode::ALL.len());
}
