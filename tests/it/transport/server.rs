//! The toy schema behind the real router on a free port.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use upline::graphql::endpoint::Endpoint;
use upline::graphql::settings::Settings;

use super::toy::{Door, Probe, schema};

pub struct Server {
    pub address: SocketAddr,
    pub endpoint: Endpoint,
    pub probe: Arc<Probe>,
    pub shutdown: watch::Sender<bool>,
    pub client: Client,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let probe = Arc::new(Probe::default());
        let endpoint = Endpoint::new(schema(Arc::clone(&probe)), Door, settings).expect("the endpoint is built");
        let (shutdown, switch) = watch::channel(false);
        let router = upline::http::graphql::router(endpoint.clone(), switch);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the port");
        tokio::spawn(async move { axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await });
        Self { address, endpoint, probe, shutdown, client: Client::new() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A GET with these parameters in its query string.
    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        self.client.get(Url::parse_with_params(&self.url(path), query).expect("a URL"))
    }

    /// Posts a body of JSON, accepting the GraphQL media type.
    pub async fn post(&self, body: &Value) -> Response {
        let request = self.client.post(self.url("/graphql")).header("accept", "application/graphql-response+json").json(body);
        request.send().await.expect("an answer")
    }

    /// Posts a document; the status and the answer.
    pub async fn query(&self, document: &str) -> (u16, Value) {
        let response = self.post(&json!({ "query": document })).await;
        (response.status().as_u16(), response.json().await.expect("JSON"))
    }
}

/// The code of the first error.
pub fn code(answer: &Value) -> &str {
    answer.pointer("/errors/0/extensions/code").and_then(Value::as_str).unwrap_or("no code")
}
