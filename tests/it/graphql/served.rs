//! The real application on a free port, with its GraphQL endpoint at hand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use upline::graphql::context::Credentials;
use upline::graphql::endpoint::{Call, Endpoint, Outcome};
use upline::graphql::params::Params;
use upline::http::Bearing;
use upline::store::statements::counted;

use crate::app::App;

const BEARING: Bearing = Bearing { connections: 1_000, header_timeout: Duration::from_secs(30), grace: Duration::from_secs(1) };

pub struct Served {
    /// Acts through it wake the server's subscriptions.
    pub app: App,
    pub endpoint: Endpoint,
    pub address: SocketAddr,
}

impl Served {
    pub async fn start(app: &App) -> Self {
        Self::with(app, &[]).await
    }

    pub async fn with(app: &App, settings: &[&str]) -> Self {
        let whole = app.whole(settings).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut app = app.clone();
        app.services = whole.services.clone();
        let served = Self { app, endpoint: whole.endpoint.clone(), address };
        tokio::spawn(whole.serve(listener, std::future::pending(), BEARING));
        served
    }

    /// Runs a document; the answer as it goes to the client, and how many SQL statements it took.
    pub async fn counted(&self, token: Option<&str>, document: &str, variables: Value) -> (Value, u32) {
        self.run(token, json!({ "query": document, "variables": variables })).await
    }

    /// The same with all parameters of a request.
    pub async fn run(&self, token: Option<&str>, params: Value) -> (Value, u32) {
        let params = Params::from_json(params).unwrap();
        let credentials = Credentials { bearer_token: token.map(str::to_owned), ..Credentials::default() };
        let admitted = match self.endpoint.admit(Call { params, credentials: Arc::new(credentials), ..Call::default() }) {
            Ok(admitted) => admitted,
            Err(refused) => return (serde_json::to_value(refused).unwrap(), 0),
        };
        match counted(self.endpoint.run(admitted)).await {
            (Outcome::Answer(answer), statements) => (serde_json::to_value(answer).unwrap(), statements),
            (Outcome::Stream(_), _) => panic!("a query or a mutation was expected"),
        }
    }

    /// Runs a document; the answer, errors included.
    pub async fn answer(&self, token: Option<&str>, document: &str, variables: Value) -> Value {
        self.counted(token, document, variables).await.0
    }

    /// Runs a document that must not have errors; the answer's data.
    pub async fn ask(&self, token: &str, document: &str) -> Value {
        let mut answer = self.answer(Some(token), document, json!({})).await;
        assert!(answer.get("errors").is_none(), "{document}\n{answer}");
        answer["data"].take()
    }

    /// The code and the message of the first error of a document.
    pub async fn refusal(&self, token: Option<&str>, document: &str) -> (String, String) {
        let answer = self.answer(token, document, json!({})).await;
        let text = |pointer| answer.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{document}\n{answer}")).to_owned();
        (text("/errors/0/extensions/code"), text("/errors/0/message"))
    }

    pub fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}{path}", self.address)
    }
}
