//! Faults of the server: what the client is told, and how the log is found.

use serde_json::{Value, json};

use super::company::found;
use super::served::Served;
use crate::app::{App, on_both_databases};

on_both_databases!(a_masked_fault_carries_the_id_of_its_request);

async fn a_masked_fault_carries_the_id_of_its_request(app: App) {
    let served = Served::start(&app).await;
    found(&app, 3, 1).await;
    let visitor = served.app.member("visitor").await;
    app.execute("ALTER TABLE periods RENAME TO lost", []).await;
    let request =
        reqwest::Client::new().post(served.url("http", "/graphql")).bearer_auth(visitor.token()).header("x-request-id", "case-17");
    let response = request.json(&json!({ "query": "{ periods { totalCount } viewer { account { username } } }" })).send().await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "case-17");
    let answer: Value = response.json().await.unwrap();
    app.execute("ALTER TABLE lost RENAME TO periods", []).await;
    assert_eq!(answer.pointer("/errors/0/extensions"), Some(&json!({ "code": "INTERNAL", "incident": "case-17" })), "{answer}");
    assert!(!answer.to_string().contains("lost") && !answer.to_string().contains("no such table"), "{answer}");
    // What does not depend on it is answered all the same.
    assert_eq!(answer.pointer("/data/viewer/account/username"), Some(&json!("visitor")), "{answer}");
}
