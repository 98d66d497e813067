use reqwest::Method;
use serde_json::{Value, json};

use super::server::{Server, code};
use upline::graphql::settings::Settings;

#[tokio::test]
async fn a_query_is_answered_in_the_media_type_the_client_likes_best() {
    let server = Server::start().await;
    for (accept, expected) in [
        ("application/json", "application/json; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
        ("application/json;q=0.9, application/graphql-response+json", "application/graphql-response+json; charset=utf-8"),
    ] {
        let request = server.client.post(server.url("/graphql")).header("accept", accept);
        let response = request.json(&json!({ "query": "{ greeting(name: \"Ada\") }" })).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], expected);
        assert_eq!(response.json::<Value>().await.unwrap(), json!({ "data": { "greeting": "Hello, Ada!" } }));
    }
}

#[tokio::test]
async fn a_client_that_accepts_nothing_we_speak_gets_406() {
    let server = Server::start().await;
    let request = server.client.post(server.url("/graphql")).header("accept", "text/html");
    let response = request.json(&json!({ "query": "{ __typename }" })).send().await.unwrap();
    assert_eq!(response.status(), 406);
}

#[tokio::test]
async fn get_runs_queries_with_operation_name_and_variables() {
    let server = Server::start().await;
    let query = [
        ("query", "query A { __typename } query B($n: String!) { greeting(name: $n) }"),
        ("operationName", "B"),
        ("variables", "{\"n\": \"Bo\"}"),
    ];
    let response = server.get("/graphql", &query).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.json::<Value>().await.unwrap(), json!({ "data": { "greeting": "Hello, Bo!" } }));
}

#[tokio::test]
async fn get_never_runs_a_mutation() {
    let server = Server::start().await;
    for path in ["/graphql", "/graphql/stream"] {
        let response = server.get(path, &[("query", "mutation { touch }")]).send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], "POST");
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_the_allowed_ones() {
    let server = Server::start().await;
    let response = server.client.request(Method::PUT, server.url("/graphql")).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert!(response.headers()["allow"].to_str().unwrap().contains("POST"));
}

#[tokio::test]
async fn a_body_that_a_web_form_could_send_is_refused() {
    let server = Server::start().await;
    let body = "{\"query\": \"mutation { touch }\"}";
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16"]
    {
        let request = server.client.post(server.url("/graphql")).header("content-type", content_type);
        assert_eq!(request.body(body).send().await.unwrap().status(), 415, "{content_type}");
    }
    let bare = server.client.post(server.url("/graphql")).body(body);
    assert_eq!(bare.send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused() {
    let server = Server::with(Settings { body_bytes: 1_000, ..Settings::default() }).await;
    let response = server.post(&json!({ "query": " ".repeat(2_000) })).await;
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn batches_are_refused() {
    let server = Server::start().await;
    let response = server.post(&json!([{ "query": "{ __typename }" }, { "query": "{ __typename }" }])).await;
    assert_eq!(response.status(), 400);
    assert_eq!(code(&response.json().await.unwrap()), "BAD_REQUEST");
}

#[tokio::test]
async fn a_document_that_cannot_run_has_a_code_and_no_data() {
    let server = Server::start().await;
    for (document, expected) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "OPERATION_RESOLUTION_FAILURE"),
        ("query ($id: ID!) { __typename @skip(if: false) }", "BAD_USER_INPUT"),
        ("subscription { waiting { number } }", "OPERATION_RESOLUTION_FAILURE"),
    ] {
        let (status, answer) = server.query(document).await;
        assert_eq!((status, code(&answer)), (400, expected), "{document}");
        assert_eq!(answer.get("data"), None, "{document}");
    }
}

#[tokio::test]
async fn an_unknown_operation_name_is_refused() {
    let server = Server::start().await;
    for document in ["query A { __typename }", "{ __typename }"] {
        let response = server.post(&json!({ "query": document, "operationName": "B" })).await;
        assert_eq!(code(&response.json().await.unwrap()), "OPERATION_RESOLUTION_FAILURE");
    }
}

#[tokio::test]
async fn an_argument_of_the_wrong_type_is_the_clients_mistake() {
    let server = Server::start().await;
    let body = json!({ "query": "query ($n: Int) { partner { directs(first: $n) { number } } }", "variables": { "n": "many" } });
    let answer: Value = server.post(&body).await.json().await.unwrap();
    assert_eq!(code(&answer), "BAD_USER_INPUT");
}

#[tokio::test]
async fn directives_on_typename_count_as_uses_of_their_variables() {
    let server = Server::start().await;
    let document = "query ($x: Boolean!) { __typename @include(if: $x) greeting(name: \"Ada\") }";
    for (x, expected) in
        [(true, json!({ "__typename": "Query", "greeting": "Hello, Ada!" })), (false, json!({ "greeting": "Hello, Ada!" }))]
    {
        let answer: Value = server.post(&json!({ "query": document, "variables": { "x": x } })).await.json().await.unwrap();
        assert_eq!(answer, json!({ "data": expected }));
    }
    for wrong in ["{ __typename @nonsense }", "{ __typename @skip(if: false) @skip(if: false) }"] {
        let (status, answer) = server.query(wrong).await;
        assert_eq!((status, code(&answer)), (400, "GRAPHQL_VALIDATION_FAILED"), "{wrong}");
    }
}

#[tokio::test]
async fn a_bad_token_is_answered_with_401_and_a_challenge() {
    let server = Server::start().await;
    let request = server.client.post(server.url("/graphql")).bearer_auth("stolen");
    let response = request.json(&json!({ "query": "{ caller }" })).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["www-authenticate"], "Bearer error=\"invalid_token\"");
    assert_eq!(code(&response.json().await.unwrap()), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_good_token_reaches_the_resolvers() {
    let server = Server::start().await;
    let request = server.client.post(server.url("/graphql")).bearer_auth("good");
    let answer: Value = request.json(&json!({ "query": "{ caller }" })).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "caller": "good" } }));
}

#[tokio::test]
async fn the_callers_address_and_idempotency_key_reach_the_application() {
    let server = Server::start().await;
    let request = server.client.post(server.url("/graphql")).header("idempotency-key", "k1");
    let answer: Value = request.json(&json!({ "query": "{ traces }" })).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["traces"], json!(["127.0.0.1", "k1"]));
}

#[tokio::test]
async fn a_limited_caller_is_told_when_to_come_back() {
    let server = Server::start().await;
    let request = server.client.post(server.url("/graphql")).bearer_auth("busy");
    let response = request.json(&json!({ "query": "{ caller }" })).send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_given_up() {
    let server = Server::with(Settings { query_timeout_seconds: 0, ..Settings::default() }).await;
    let (status, answer) = server.query("{ endless }").await;
    assert_eq!((status, code(&answer)), (503, "TIMEOUT"));
}
