//! `upline serve` in embedded mode writes mails to files, and its log tells neither their links nor where they went (promise P26).

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::Place;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Everything that can be logged, by everybody.
const SETTINGS: [&str; 3] = ["server.listen=127.0.0.1:0", "mail.pause_seconds=1", "log.filter=trace"];

async fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(60), found).await.expect("it happens")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_are_files_and_the_log_tells_neither_link_nor_address() {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_upline"));
    command.arg("serve").args(SETTINGS.iter().flat_map(|setting| ["--set", setting])).current_dir(place.path()).env_clear();
    let log = File::create(place.path().join("log.txt")).unwrap();
    let program = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
    let _server = Server(program);
    let address = eventually(|| {
        let line = place.log().lines().find(|line| line.contains("ready") && line.contains("127.0.0.1:"))?.to_owned();
        let (_, rest) = line.rsplit_once("127.0.0.1:")?;
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some(format!("http://127.0.0.1:{port}/graphql"))
    })
    .await;
    let ask = async |document: &str, input: Value| -> Value {
        let body = json!({ "query": document, "variables": { "input": input } });
        Client::new().post(&address).json(&body).send().await.unwrap().json().await.unwrap()
    };
    let sign_up = "mutation ($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }";
    let (email, password) = ("canary-4711@example.org", "correct horse battery");
    let input = json!({ "username": "anna", "email": email, "name": "Anna", "password": password });
    assert_eq!(ask(sign_up, input).await["data"]["signUp"]["userErrors"], json!([]));
    let forgot = "mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { requested } }";
    assert_eq!(ask(forgot, json!({ "login": email })).await["data"]["requestPasswordReset"]["requested"], json!(true));
    let link = eventually(|| {
        let files = fs::read_dir(place.path().join("data/mails")).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        let file: PathBuf = files.into_iter().find(|file| file.to_string_lossy().ends_with("-reset-password.eml"))?;
        let text = fs::read_to_string(file).ok()?;
        Some(text.split_once("#token=")?.1.split_whitespace().next()?.to_owned())
    })
    .await;
    let reset = "mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { changed userErrors { code field } } }";
    let input = json!({ "token": link, "newPassword": "another-canary-password" });
    assert_eq!(ask(reset, input.clone()).await["data"]["resetPassword"], json!({ "changed": true, "userErrors": [] }));
    let again = ask(reset, input).await;
    let expected = json!([{ "code": "LINK_INVALID", "field": ["input", "token"] }]);
    assert_eq!(again["data"]["resetPassword"]["userErrors"], expected);
    let log = place.log();
    assert!(log.contains("a mail was sent"), "{log}");
    for canary in [link.as_str(), email, password, "another-canary-password"] {
        assert!(!log.contains(canary), "{canary} stands in the log");
    }
}
