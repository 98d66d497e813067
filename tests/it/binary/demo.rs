//! `upline demo` as somebody tries it: addresses and logins from the terminal, the README's document, the page's examples, and a second start.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::Client;
use serde_json::{Value, json};

use super::Place;
use crate::graphql::examples::{self, DEMO_PARTNERS, Example};

const LOG_IN: &str = "mutation ($input: LogInInput!) { logIn(input: $input) { session { accessToken } userErrors { message } } }";

/// A demo that runs, with what it printed.
struct Demo {
    program: Child,
    url: String,
    /// User names and passwords: the operator's, that of a partner high in the tree, and that of one low in it.
    logins: Vec<[String; 2]>,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It has ended already where the test passed.
        self.program.kill().ok();
    }
}

impl Demo {
    fn start(place: &Place) -> Self {
        let words = ["demo", "--no-page", "--set", "server.listen=127.0.0.1:0"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_upline"));
        command.args(words).current_dir(place.path()).env_clear().stdin(Stdio::null()).stdout(Stdio::piped());
        let mut program = command.stderr(File::create(place.path().join("log.txt")).unwrap()).spawn().unwrap();
        let lines = BufReader::new(program.stdout.take().unwrap()).lines().map(Result::unwrap);
        let printed: Vec<String> = lines.take_while(|line| !line.starts_with("Stop with Ctrl-C")).collect();
        let after = |label: &str| {
            let found = printed.iter().position(|line| line.trim_start().starts_with(label));
            found.unwrap_or_else(|| panic!("{label} is not printed: {printed:?}\n{}", place.log()))
        };
        let url = printed[after("GraphQL")].split_whitespace().last().unwrap().to_owned();
        let login = |line: &String| {
            let mut words = line.split_whitespace().map(str::to_owned);
            [words.next().unwrap(), words.next().unwrap()]
        };
        let logins = printed[after("Logins") + 1..].iter().filter(|line| !line.is_empty()).map(login).collect();
        Self { program, url, logins }
    }

    async fn ask(&self, token: Option<&str>, document: &str, variables: &Value) -> Value {
        let request = Client::new().post(&self.url).json(&json!({ "query": document, "variables": variables }));
        let request = token.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token));
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn sign_in(&self, [login, password]: &[String; 2]) -> String {
        let answer = self.ask(None, LOG_IN, &json!({ "input": { "login": login, "password": password } })).await;
        answer["data"]["logIn"]["session"]["accessToken"].as_str().unwrap_or_else(|| panic!("{login}: {answer}")).to_owned()
    }

    /// Ends it as a service manager does.
    fn stop(mut self) {
        assert!(Command::new("kill").args(["-TERM", &self.program.id().to_string()]).status().unwrap().success());
        let status = self.program.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{status}");
    }
}

/// The first block of the README in a language.
fn from_readme(language: &str) -> String {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, rest) = readme.split_once(&format!("```{language}\n")).expect("a block of this language");
    rest.split_once("```").expect("its end").0.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_answers_as_the_readme_says_and_goes_on_with_its_data() {
    let place = Place::new();
    let demo = Demo::start(&place);
    assert_eq!(demo.logins.len(), 3, "{:?}", demo.logins);
    let (operator, high) = (demo.sign_in(&demo.logins[0]).await, demo.sign_in(&demo.logins[1]).await);
    let expected: Value = serde_json::from_str(&from_readme("json")).unwrap();
    assert_eq!(demo.ask(Some(&high), &from_readme("graphql"), &json!({})).await, expected);

    let examples = examples::all();
    for example in examples.iter().filter(|example| example.is_query()) {
        let reader = if example.is_for_operators() { &operator } else { &high };
        example.assert_shown(&demo.ask(Some(reader), &example.text, &example.variables).await);
    }
    for act in ["placePartner", "moveSponsor"] {
        let is_meant = |example: &&Example| example.text.starts_with("mutation") && example.text.contains(&format!("{act}("));
        let example = examples.iter().find(is_meant).expect("an example of the act");
        let answer = demo.ask(Some(&operator), &example.text, &example.variables).await;
        assert_eq!(answer["data"][act]["userErrors"], json!([]), "{answer}");
        assert!(answer["data"][act]["partner"].is_object(), "{answer}");
    }
    let logins = demo.logins.clone();
    demo.stop();

    let again = Demo::start(&place);
    assert_eq!(again.logins, logins);
    let low = again.sign_in(&logins[2]).await;
    let answer = again.ask(Some(&low), "{ viewer { partner { number sponsor { number } } } }", &json!({})).await;
    let [high, low] = DEMO_PARTNERS;
    assert_eq!(answer["data"]["viewer"]["partner"], json!({ "number": low, "sponsor": { "number": high } }), "{answer}");
    again.stop();
}
