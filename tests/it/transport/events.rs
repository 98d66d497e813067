use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::timeout;
use upline::graphql::settings::{Settings, StreamSettings};

use super::server::{Server, code};

fn open(server: &Server, document: &str) -> RequestBuilder {
    server.client.post(server.url("/graphql/stream")).header("accept", "text/event-stream").json(&json!({ "query": document }))
}

async fn text(request: RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    timeout(Duration::from_secs(10), response.text()).await.expect("the stream ends").unwrap()
}

/// Reads until the stream has brought this text.
async fn read_until(response: &mut Response, expected: &str) -> String {
    let mut text = String::new();
    while !text.contains(expected) {
        let chunk = timeout(Duration::from_secs(10), response.chunk()).await.expect("more within ten seconds").unwrap();
        text.push_str(std::str::from_utf8(&chunk.expect("the stream goes on")).unwrap());
    }
    text
}

#[tokio::test]
async fn a_subscription_streams_its_events_with_their_cursors_and_completes() {
    let server = Server::start().await;
    let expected = "event: next\nid: c1\ndata: {\"data\":{\"ticks\":{\"cursor\":\"c1\"}}}\n\n\
                    event: next\nid: c2\ndata: {\"data\":{\"ticks\":{\"cursor\":\"c2\"}}}\n\n\
                    event: complete\ndata:\n\n";
    assert_eq!(text(open(&server, "subscription { ticks(count: 2) { cursor } }")).await, expected);
    let by_get = server.get("/graphql/stream", &[("query", "subscription { ticks(count: 2) { cursor } }")]);
    assert_eq!(text(by_get).await, expected);
}

#[tokio::test]
async fn a_client_that_comes_back_goes_on_after_its_last_event() {
    let server = Server::start().await;
    let stream = text(open(&server, "subscription { ticks(count: 3) { cursor } }").header("last-event-id", "c2")).await;
    assert!(stream.contains("id: c3") && !stream.contains("id: c2"), "{stream}");
}

#[tokio::test]
async fn queries_and_mutations_are_one_event_each() {
    let server = Server::start().await;
    for (document, answer) in
        [("{ __typename }", "{\"data\":{\"__typename\":\"Query\"}}"), ("mutation { touch }", "{\"data\":{\"touch\":true}}")]
    {
        assert_eq!(text(open(&server, document)).await, format!("event: next\ndata: {answer}\n\nevent: complete\ndata:\n\n"));
    }
}

#[tokio::test]
async fn a_document_that_cannot_run_is_reported_in_the_stream() {
    let server = Server::start().await;
    for (document, code) in [("{", "GRAPHQL_PARSE_FAILED"), ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED")] {
        let stream = text(open(&server, document)).await;
        assert!(stream.starts_with("event: next\n") && stream.contains(code) && stream.ends_with("event: complete\ndata:\n\n"), "{stream}");
    }
}

#[tokio::test]
async fn a_bad_token_gets_a_status_and_no_stream() {
    let server = Server::start().await;
    let response = open(&server, "subscription { waiting { number } }").bearer_auth("stolen").send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(code(&response.json::<Value>().await.unwrap()), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_that_ends_ends_the_stream_with_an_error() {
    let server = Server::start().await;
    let stream = text(open(&server, "subscription { waiting { number } }").bearer_auth("brief")).await;
    assert!(stream.contains("UNAUTHENTICATED") && stream.ends_with("event: complete\ndata:\n\n"), "{stream}");
}

#[tokio::test]
async fn the_graphql_path_streams_to_a_client_that_accepts_events() {
    let server = Server::start().await;
    let request = server.client.post(server.url("/graphql")).header("accept", "text/event-stream");
    let stream = text(request.json(&json!({ "query": "subscription { ticks(count: 1) { cursor } }" }))).await;
    assert!(stream.contains("id: c1") && stream.contains("event: complete"), "{stream}");
}

#[tokio::test]
async fn an_idle_stream_is_kept_alive_with_comments() {
    let settings = StreamSettings { keep_alive_millis: 20, ..StreamSettings::default() };
    let server = Server::with(Settings { streams: settings, ..Settings::default() }).await;
    let mut response = open(&server, "subscription { waiting { number } }").send().await.unwrap();
    read_until(&mut response, "\n\n:").await;
}

#[tokio::test]
async fn a_client_that_leaves_frees_its_stream() {
    let server = Server::start().await;
    let mut response = open(&server, "subscription { waiting { number } }").send().await.unwrap();
    read_until(&mut response, "event: next").await;
    drop(response);
    timeout(Duration::from_secs(10), server.probe.stream_ended.notified()).await.expect("the stream is freed");
}

#[tokio::test]
async fn a_client_that_reads_too_slowly_is_told_its_last_cursor() {
    let settings = StreamSettings { buffer: 4, stall_millis: 100, ..StreamSettings::default() };
    let server = Server::with(Settings { streams: settings, ..Settings::default() }).await;
    let response = open(&server, "subscription { flood { cursor padding } }").send().await.unwrap();
    server.probe.stream_ended.notified().await;
    let stream = timeout(Duration::from_secs(20), response.text()).await.expect("the stream ends").unwrap();
    let last = stream.lines().filter_map(|line| line.strip_prefix("id: ")).next_back().expect("an id");
    assert!(stream.contains("LAGGED") && stream.contains(&format!("\"cursor\":\"{last}\"}}")), "{}", &stream[stream.len() - 500..]);
}

#[tokio::test]
async fn shutdown_ends_event_streams_in_a_way_that_clients_come_back_from() {
    let server = Server::start().await;
    let mut response = open(&server, "subscription { waiting { number } }").send().await.unwrap();
    read_until(&mut response, "event: next").await;
    server.shutdown.send(true).unwrap();
    let rest = timeout(Duration::from_secs(10), response.text()).await.expect("the stream ends").unwrap();
    assert!(!rest.contains("event: complete"), "{rest}");
}
