use std::io::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use upline::graphql::settings::Settings;

use super::server::{Server, code};

const DOCUMENT: &str = "query Greet { greeting(name: \"Ada\") }";

fn hash(document: &str) -> String {
    Sha256::digest(document).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(document: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(document) } })
}

async fn post(server: &Server, body: Value) -> Value {
    server.post(&body).await.json().await.unwrap()
}

async fn trusting(list: &Value) -> Server {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(list.to_string().as_bytes()).unwrap();
    Server::with(Settings { trusted_documents: Some(file.path().to_owned()), ..Settings::default() }).await
}

#[tokio::test]
async fn a_document_sent_once_with_its_hash_runs_by_the_hash_alone() {
    let server = Server::start().await;
    let by_hash = json!({ "extensions": persisted(DOCUMENT) });
    assert_eq!(code(&post(&server, by_hash.clone()).await), "PERSISTED_QUERY_NOT_FOUND");
    let registered = post(&server, json!({ "query": DOCUMENT, "extensions": persisted(DOCUMENT) })).await;
    assert_eq!(registered["data"]["greeting"], "Hello, Ada!");
    assert_eq!(post(&server, by_hash).await["data"]["greeting"], "Hello, Ada!");
    let by_get = server.get("/graphql", &[("extensions", &persisted(DOCUMENT).to_string())]);
    let by_get: Value = by_get.send().await.unwrap().json().await.unwrap();
    assert_eq!(by_get["data"]["greeting"], "Hello, Ada!");
}

#[tokio::test]
async fn a_wrong_hash_is_refused() {
    let server = Server::start().await;
    let answer = post(&server, json!({ "query": "{ __typename }", "extensions": persisted(DOCUMENT) })).await;
    assert_eq!(code(&answer), "BAD_REQUEST");
}

#[tokio::test]
async fn only_so_many_persisted_queries_are_kept_and_the_least_used_leaves() {
    let server = Server::with(Settings { persisted_queries: 2, ..Settings::default() }).await;
    let documents = ["query A { __typename }", "query B { __typename }", "query C { __typename }"];
    post(&server, json!({ "query": documents[0], "extensions": persisted(documents[0]) })).await;
    post(&server, json!({ "query": documents[1], "extensions": persisted(documents[1]) })).await;
    post(&server, json!({ "extensions": persisted(documents[0]) })).await;
    post(&server, json!({ "query": documents[2], "extensions": persisted(documents[2]) })).await;
    let mut known = Vec::new();
    for document in documents {
        known.push(post(&server, json!({ "extensions": persisted(document) })).await.get("data").is_some());
    }
    assert_eq!(known, [true, false, true]);
}

#[tokio::test]
async fn persisted_queries_can_be_switched_off() {
    let server = Server::with(Settings { persisted_queries: 0, ..Settings::default() }).await;
    let answer = post(&server, json!({ "query": DOCUMENT, "extensions": persisted(DOCUMENT) })).await;
    assert_eq!(code(&answer), "PERSISTED_QUERY_NOT_SUPPORTED");
}

#[tokio::test]
async fn with_an_allow_list_nothing_else_runs() {
    let manifest = json!({
        "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{ "id": "greet-1", "name": "Greet", "type": "query", "body": DOCUMENT }]
    });
    for (list, id) in [(json!({ "greet-1": DOCUMENT }), "greet-1"), (manifest, "greet-1"), (json!([DOCUMENT]), &*hash(DOCUMENT))] {
        let server = trusting(&list).await;
        assert_eq!(post(&server, json!({ "documentId": id })).await["data"]["greeting"], "Hello, Ada!", "{list}");
        assert_eq!(post(&server, json!({ "documentId": format!("sha256:{}", hash(DOCUMENT)) })).await["data"]["greeting"], "Hello, Ada!");
        assert_eq!(post(&server, json!({ "query": DOCUMENT })).await["data"]["greeting"], "Hello, Ada!");
        assert_eq!(code(&post(&server, json!({ "query": "{ __typename }" })).await), "DOCUMENT_NOT_TRUSTED");
        assert_eq!(code(&post(&server, json!({ "documentId": "other" })).await), "PERSISTED_QUERY_NOT_FOUND");
        let smuggled = json!({ "query": "{ __typename }", "documentId": id });
        assert_eq!(code(&post(&server, smuggled).await), "DOCUMENT_NOT_TRUSTED");
    }
}

#[tokio::test]
async fn a_hash_in_the_allow_list_lets_its_document_in() {
    let server = trusting(&json!([hash(DOCUMENT)])).await;
    assert_eq!(post(&server, json!({ "query": DOCUMENT })).await["data"]["greeting"], "Hello, Ada!");
    assert_eq!(code(&post(&server, json!({ "query": "{ __typename }" })).await), "DOCUMENT_NOT_TRUSTED");
}
