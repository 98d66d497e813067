//! A subscriber of the real server: over WebSocket or over Server-Sent Events.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::served::Served;

/// How long a test waits for what must come. Not a measure of speed: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// A way to follow events.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    WebSocket,
    ServerSentEvents,
}

/// Somebody who follows `partnerJoined`.
pub enum Subscriber {
    Socket(Box<WebSocketStream<MaybeTlsStream<TcpStream>>>),
    Events { response: Response, text: String, answers: VecDeque<Value> },
}

impl Subscriber {
    /// Follows `partnerJoined` with these arguments, such as `(after: "…")`.
    pub async fn follow(served: &Served, way: Way, token: &str, arguments: &str) -> Self {
        let document = format!("subscription {{ partnerJoined{arguments} {{ cursor level partner {{ number displayName }} }} }}");
        match way {
            Way::WebSocket => Self::open_socket(served, token, &document).await,
            Way::ServerSentEvents => Self::open_events(served, token, &document).await,
        }
    }

    async fn open_socket(served: &Served, token: &str, document: &str) -> Self {
        let mut request = served.url("ws", "/graphql").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (mut socket, _) = connect_async(request).await.unwrap();
        let init = json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } });
        socket.send(Message::text(init.to_string())).await.unwrap();
        let mut subscriber = Self::Socket(Box::new(socket));
        assert_eq!(subscriber.message().await["type"], "connection_ack");
        let Self::Socket(socket) = &mut subscriber else { unreachable!("it was made above") };
        let subscribe = json!({ "type": "subscribe", "id": "s", "payload": { "query": document } });
        socket.send(Message::text(subscribe.to_string())).await.unwrap();
        subscriber
    }

    async fn open_events(served: &Served, token: &str, document: &str) -> Self {
        let request = Client::new().post(served.url("http", "/graphql/stream")).bearer_auth(token).header("accept", "text/event-stream");
        let response = request.json(&json!({ "query": document })).send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self::Events { response, text: String::new(), answers: VecDeque::new() }
    }

    /// The next answer: an event, or the errors that end the stream.
    async fn answer(&mut self) -> Value {
        if let Self::Socket(_) = self {
            let message = self.message().await;
            return match message["type"].as_str() {
                Some("next") => message["payload"].clone(),
                Some("error") => json!({ "errors": message["payload"] }),
                _ => panic!("an answer was expected: {message}"),
            };
        }
        let Self::Events { response, text, answers } = self else { unreachable!("a socket was dealt with above") };
        loop {
            if let Some(answer) = answers.pop_front() {
                return answer;
            }
            let chunk = timeout(PATIENCE, response.chunk()).await.expect("an event in time").unwrap().expect("the stream goes on");
            text.push_str(std::str::from_utf8(&chunk).unwrap());
            while let Some((event, rest)) = text.split_once("\n\n") {
                if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                    answers.push_back(serde_json::from_str(data).unwrap());
                }
                *text = rest.to_owned();
            }
        }
    }

    async fn message(&mut self) -> Value {
        let Self::Socket(socket) = self else { panic!("not a socket") };
        // Pings come in between, so the patience is for the message and not for the next frame.
        let message = async {
            loop {
                match socket.next().await {
                    Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                    Some(Ok(Message::Close(frame))) => panic!("closed: {frame:?}"),
                    Some(Ok(_)) => {}
                    lost => panic!("lost: {lost:?}"),
                }
            }
        };
        timeout(PATIENCE, message).await.expect("a message in time")
    }

    /// The next event.
    pub async fn event(&mut self) -> Value {
        let mut answer = self.answer().await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["partnerJoined"].take()
    }

    /// The next so many events: the partners' numbers, and the last cursor.
    pub async fn events(&mut self, count: usize) -> (Vec<i64>, String) {
        let (mut numbers, mut cursor) = (Vec::new(), String::new());
        for _ in 0..count {
            let event = self.event().await;
            numbers.push(number(&event));
            cursor = event["cursor"].as_str().unwrap().to_owned();
        }
        (numbers, cursor)
    }

    /// The error that ends the stream: its extensions.
    pub async fn end(&mut self) -> Value {
        let mut answer = self.answer().await;
        assert!(answer["errors"].is_array(), "{answer}");
        answer["errors"][0]["extensions"].take()
    }
}

/// The number of the partner who joined.
pub fn number(event: &Value) -> i64 {
    event["partner"]["number"].as_str().unwrap().parse().unwrap()
}
