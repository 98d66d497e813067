//! A server in a process of its own, which can be killed.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use super::Place;
use crate::app::PASSWORD;

const LOG_IN: &str = "mutation ($input: LogInInput!) { logIn(input: $input) { session { accessToken } userErrors { message } } }";

/// A server that runs.
pub struct Server {
    program: Child,
    pub url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    pub async fn start(place: &Place) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_upline"));
        command.args(["serve", "--set", "server.listen=127.0.0.1:0", "--set", "log.format=json"]).current_dir(place.path()).env_clear();
        let log = File::create(place.path().join("log.txt")).unwrap();
        let program = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let mut server = Self { program, url: String::new() };
        // The address is known when it is logged; a pause between two looks is no part of what is tested.
        let mut looks = tokio::time::interval(Duration::from_millis(20));
        for _ in 0..3_000 {
            looks.tick().await;
            if let Some((_, rest)) = place.log().split_once("\"address\":\"") {
                server.url = format!("http://{}/graphql", rest.split('"').next().unwrap_or_default());
                return server;
            }
        }
        panic!("the server does not start: {}", place.log());
    }

    /// Ends it as a fault of the machine does.
    pub fn kill(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

/// An answer, where the server lives to give one.
pub async fn ask(url: &str, token: Option<&str>, document: &str, input: &Value) -> Option<Value> {
    let client = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    let request = client.post(url).json(&json!({ "query": document, "variables": { "input": input } }));
    let request = token.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token));
    request.send().await.ok()?.json().await.ok()
}

/// The access token of a login whose password is the usual one.
pub async fn sign_in(url: &str, login: &str) -> String {
    let input = json!({ "login": login, "password": PASSWORD });
    let answer = ask(url, None, LOG_IN, &input).await.unwrap();
    answer["data"]["logIn"]["session"]["accessToken"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}
