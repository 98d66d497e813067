use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use upline::graphql::settings::{Settings, StreamSettings};

use super::server::Server;

/// A raw client, so that it can break the protocol.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

#[derive(Debug, PartialEq)]
enum Heard {
    Message(Value),
    Closed(u16, String),
    Lost,
}

impl Socket {
    async fn open(server: &Server, headers: &[(&'static str, &str)]) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        let mut request = format!("ws://{}/graphql", server.address).into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        connect_async(request).await.map(|(socket, _)| Self(socket))
    }

    async fn new(server: &Server) -> Self {
        Self::open(server, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.expect("the handshake")
    }

    /// Opened and acknowledged.
    async fn ready(server: &Server) -> Self {
        let mut socket = Self::new(server).await;
        socket.say(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "connection_ack" })));
        socket
    }

    async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.expect("sent");
    }

    async fn subscribe(&mut self, id: &str, document: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": document } })).await;
    }

    async fn hear(&mut self) -> Heard {
        loop {
            let message = timeout(Duration::from_secs(10), self.0.next()).await.expect("something within ten seconds");
            match message {
                Some(Ok(Message::Text(text))) => return Heard::Message(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(Some(frame)))) => return Heard::Closed(frame.code.into(), frame.reason.to_string()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Lost,
            }
        }
    }

    async fn message(&mut self) -> Value {
        match self.hear().await {
            Heard::Message(message) => message,
            other => panic!("expected a message, heard {other:?}"),
        }
    }

    async fn close_code(&mut self) -> u16 {
        loop {
            match self.hear().await {
                Heard::Closed(code, _) => return code,
                Heard::Message(_) => {}
                Heard::Lost => return 1006,
            }
        }
    }
}

fn streams(streams: StreamSettings) -> Settings {
    Settings { streams, ..Settings::default() }
}

#[tokio::test]
async fn queries_mutations_and_subscriptions_run_side_by_side() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("w", "subscription { waiting { number } }").await;
    assert_eq!(socket.message().await, json!({ "type": "next", "id": "w", "payload": { "data": { "waiting": { "number": 1 } } } }));
    socket.subscribe("q", "{ greeting(name: \"Ada\") }").await;
    assert_eq!(socket.message().await, json!({ "type": "next", "id": "q", "payload": { "data": { "greeting": "Hello, Ada!" } } }));
    assert_eq!(socket.message().await, json!({ "type": "complete", "id": "q" }));
    socket.subscribe("q", "mutation { touch }").await;
    assert_eq!(socket.message().await["payload"]["data"]["touch"], true);
    assert_eq!(socket.message().await["type"], "complete");
    socket.subscribe("t", "subscription { ticks(count: 2) { cursor } }").await;
    for cursor in ["c1", "c2"] {
        assert_eq!(socket.message().await["payload"]["data"]["ticks"]["cursor"], cursor);
    }
    assert_eq!(socket.message().await, json!({ "type": "complete", "id": "t" }));
}

#[tokio::test]
async fn a_client_may_end_a_subscription_and_use_its_id_again() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    for _ in 0..2 {
        socket.subscribe("a", "subscription { waiting { number } }").await;
        assert_eq!(socket.message().await["type"], "next");
        socket.say(json!({ "type": "complete", "id": "a" })).await;
        server.probe.stream_ended.notified().await;
    }
    socket.say(json!({ "type": "complete", "id": "unknown" })).await;
    socket.say(json!({ "type": "ping", "payload": { "n": 1 } })).await;
    assert_eq!(socket.message().await, json!({ "type": "pong", "payload": { "n": 1 } }));
}

#[tokio::test]
async fn a_request_that_cannot_run_ends_with_an_error_message() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    for (document, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { waiting { number } again: waiting { number } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { ...W } fragment W on Ticker { waiting { number } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: String!) { greeting(name: $n) }", "BAD_USER_INPUT"),
    ] {
        socket.subscribe("e", document).await;
        let message = socket.message().await;
        assert_eq!((&message["type"], &message["payload"][0]["extensions"]["code"]), (&json!("error"), &json!(code)), "{document}");
    }
}

#[tokio::test]
async fn errors_inside_a_stream_are_masked() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    for document in ["subscription { leaking }", "subscription { panicking }"] {
        socket.subscribe("x", document).await;
        assert_eq!(socket.message().await["type"], "next");
        let message = socket.message().await;
        assert!(message.to_string().contains("\"INTERNAL\"") && !message.to_string().contains("hunter2"), "{message}");
        if message["type"] == "next" {
            assert_eq!(socket.message().await["type"], "complete");
        }
    }
    socket.subscribe("f", "subscription { forbidden }").await;
    assert!(socket.message().await.to_string().contains("\"FORBIDDEN\""));
}

#[tokio::test]
async fn messages_outside_the_protocol_close_with_4400() {
    let server = Server::start().await;
    for message in [
        "not json",
        "[]",
        "{}",
        "{\"type\": \"connection_ack\"}",
        "{\"type\": \"start\"}",
        "{\"type\": \"connection_init\", \"payload\": 1}",
        "{\"type\": \"subscribe\", \"payload\": {\"query\": \"{ a }\"}}",
        "{\"type\": \"subscribe\", \"id\": \"\", \"payload\": {\"query\": \"{ a }\"}}",
        "{\"type\": \"subscribe\", \"id\": \"a\"}",
        "{\"type\": \"subscribe\", \"id\": \"a\", \"payload\": {\"query\": 1}}",
        "{\"type\": \"complete\"}",
    ] {
        let mut socket = Socket::new(&server).await;
        socket.0.send(Message::text(message)).await.unwrap();
        assert_eq!(socket.close_code().await, 4400, "{message}");
    }
    let mut socket = Socket::new(&server).await;
    socket.0.send(Message::binary(vec![1])).await.unwrap();
    assert_eq!(socket.close_code().await, 4400);
}

#[tokio::test]
async fn operations_before_the_acknowledgement_close_with_4401() {
    let server = Server::start().await;
    let mut socket = Socket::new(&server).await;
    socket.subscribe("a", "{ __typename }").await;
    assert_eq!(socket.hear().await, Heard::Closed(4401, "Unauthorized".to_owned()));
}

#[tokio::test]
async fn a_bad_token_closes_with_4403() {
    let server = Server::start().await;
    for payload in [json!({ "Authorization": "Bearer stolen" }), json!({ "authorization": "bearer stolen" }), json!({ "token": "stolen" })]
    {
        let mut socket = Socket::new(&server).await;
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await, Heard::Closed(4403, "Forbidden: The access token is unknown.".to_owned()));
    }
}

#[tokio::test]
async fn a_failing_request_context_closes_without_showing_why() {
    let server = Server::start().await;
    let mut socket = Socket::new(&server).await;
    socket.say(json!({ "type": "connection_init", "payload": { "token": "broken" } })).await;
    match socket.hear().await {
        Heard::Closed(4500, reason) => assert!(!reason.contains("hunter2"), "{reason}"),
        other => panic!("heard {other:?}"),
    }
}

#[tokio::test]
async fn a_message_above_the_limit_closes_with_1009() {
    let server = Server::with(Settings { body_bytes: 1_000, ..Settings::default() }).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("a", &" ".repeat(1_000)).await;
    assert_eq!(socket.close_code().await, 1009);
}

#[tokio::test]
async fn the_token_of_the_handshake_or_of_the_payload_reaches_the_resolvers() {
    let server = Server::start().await;
    let handshake = [("sec-websocket-protocol", "graphql-transport-ws"), ("authorization", "Bearer good")];
    for (headers, payload) in [(&handshake[..], json!(null)), (&handshake[..1], json!({ "token": "good" }))] {
        let mut socket = Socket::open(&server, headers).await.unwrap();
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.message().await["type"], "connection_ack");
        socket.subscribe("c", "{ caller }").await;
        assert_eq!(socket.message().await["payload"]["data"]["caller"], "good");
    }
}

#[tokio::test]
async fn a_token_that_ends_closes_its_socket_with_4403() {
    let server = Server::start().await;
    let mut socket = Socket::new(&server).await;
    socket.say(json!({ "type": "connection_init", "payload": { "token": "brief" } })).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    socket.subscribe("w", "subscription { waiting { number } }").await;
    assert_eq!(socket.close_code().await, 4403);
}

#[tokio::test]
async fn another_subprotocol_closes_with_4406() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, &[]).await.expect("a socket that is then closed");
    assert_eq!(socket.hear().await, Heard::Closed(4406, "Subprotocol not acceptable".to_owned()));
}

#[tokio::test]
async fn silence_after_connecting_closes_with_4408() {
    let server = Server::with(streams(StreamSettings { init_timeout_millis: 50, ..StreamSettings::default() })).await;
    let mut socket = Socket::new(&server).await;
    assert_eq!(socket.close_code().await, 4408);
}

#[tokio::test]
async fn a_second_use_of_a_running_id_closes_with_4409_and_a_reason_that_fits() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    let id = "é".repeat(100);
    socket.subscribe(&id, "subscription { waiting { number } }").await;
    assert_eq!(socket.message().await["type"], "next");
    socket.subscribe(&id, "{ __typename }").await;
    match socket.hear().await {
        Heard::Closed(4409, reason) => assert!(reason.starts_with("Subscriber for éé") && reason.len() <= 123, "{reason}"),
        other => panic!("heard {other:?}"),
    }
}

#[tokio::test]
async fn a_second_init_closes_with_4429() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.say(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.close_code().await, 4429);
}

#[tokio::test]
async fn a_socket_runs_a_bounded_number_of_operations() {
    let server = Server::with(streams(StreamSettings { operations_per_socket: 1, ..StreamSettings::default() })).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("a", "subscription { waiting { number } }").await;
    assert_eq!(socket.message().await["type"], "next");
    socket.subscribe("b", "{ __typename }").await;
    let message = socket.message().await;
    assert_eq!(message["payload"][0]["extensions"]["limit"]["name"], "operationsPerSocket", "{message}");
}

#[tokio::test]
async fn only_so_many_subscribers_are_taken_at_once() {
    let server = Server::with(streams(StreamSettings { connections: 1, ..StreamSettings::default() })).await;
    let _first = Socket::ready(&server).await;
    let second = Socket::open(&server, &[("sec-websocket-protocol", "graphql-transport-ws")]).await;
    assert!(second.is_err_and(|error| error.to_string().contains("503")));
    let stream = server.client.post(server.url("/graphql/stream")).json(&json!({ "query": "subscription { waiting { number } }" }));
    assert_eq!(stream.send().await.unwrap().status(), 503);
}

#[tokio::test]
async fn pages_of_foreign_origins_may_not_connect() {
    let server = Server::with(Settings { allowed_origins: vec!["https://shop.example".to_owned()], ..Settings::default() }).await;
    let own = format!("http://{}", server.address);
    for (origin, is_allowed) in [(&*own, true), ("https://shop.example", true), ("https://evil.example", false), ("null", false)] {
        let opened = Socket::open(&server, &[("sec-websocket-protocol", "graphql-transport-ws"), ("origin", origin)]).await;
        assert_eq!(opened.is_ok(), is_allowed, "{origin}");
    }
}

#[tokio::test]
async fn a_silent_peer_is_pinged_and_then_dropped() {
    let server = Server::with(streams(StreamSettings { keep_alive_millis: 100, ..StreamSettings::default() })).await;
    let mut socket = Socket::ready(&server).await;
    let ping = timeout(Duration::from_secs(5), socket.0.next()).await.expect("a ping");
    assert!(matches!(ping, Some(Ok(Message::Ping(_)))), "{ping:?}");
    // The library answers a ping only when it is polled again: the subscription's stream shows when the server has let go.
    let mut deaf = Socket::ready(&server).await;
    deaf.subscribe("w", "subscription { waiting { number } }").await;
    timeout(Duration::from_secs(5), server.probe.stream_ended.notified()).await.expect("the silent socket is dropped");
}

#[tokio::test]
async fn a_client_that_reads_too_slowly_is_told_its_last_cursor() {
    let settings = StreamSettings { buffer: 4, stall_millis: 500, ..StreamSettings::default() };
    let server = Server::with(streams(settings)).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("f", "subscription { flood { cursor number padding } }").await;
    server.probe.stream_ended.notified().await;
    let mut last = 0;
    loop {
        let message = socket.message().await;
        if message["type"] == "next" {
            last += 1;
            assert_eq!(message["payload"]["data"]["flood"]["number"], last);
            continue;
        }
        assert_eq!(message["type"], "error");
        assert_eq!(message["payload"][0]["extensions"], json!({ "code": "LAGGED", "cursor": format!("c{last}") }));
        break;
    }
}

#[tokio::test]
async fn a_mutation_runs_to_its_end_without_its_client() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("p", "mutation { pay }").await;
    server.probe.payment_started.notified().await;
    socket.say(json!({ "type": "complete", "id": "p" })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await, json!({ "type": "pong" }));
    drop(socket);
    server.probe.payment_may_finish.notify_one();
    server.endpoint.drained().await;
    assert_eq!(server.probe.payments.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn shutdown_closes_sockets_with_1001() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("w", "subscription { waiting { number } }").await;
    assert_eq!(socket.message().await["type"], "next");
    server.shutdown.send(true).unwrap();
    assert_eq!(socket.close_code().await, 1001);
}
