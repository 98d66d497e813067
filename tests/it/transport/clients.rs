//! The public clients and audits, run by Node against a server. They need Node.js (^20.19, ^22.13 or >=23.5) and npm.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use super::server::Server;

/// Runs a script of `tests/clients` and gives what it prints.
pub async fn run(script: &'static str, arguments: Vec<String>) -> String {
    run_in("tests/clients", script, arguments).await
}

/// Runs a script of another folder with npm packages.
pub async fn run_in(folder: &'static str, script: &'static str, arguments: Vec<String>) -> String {
    tokio::task::spawn_blocking(move || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        install(&folder);
        let output = Command::new("node")
            .arg(script)
            .args(arguments)
            .current_dir(folder)
            .output()
            .expect("node runs: install Node.js, ^20.19, ^22.13 or >=23.5");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{script} failed:\n{text}{}", String::from_utf8_lossy(&output.stderr));
        text
    })
    .await
    .expect("the script ends")
}

/// Installs a folder's packages where that has not been done; once, however many tests ask.
fn install(folder: &Path) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    if !folder.join("node_modules").exists() {
        let status = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder).status();
        assert!(status.expect("npm runs: install Node.js, ^20.19, ^22.13 or >=23.5").success(), "`npm ci` failed in {}", folder.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_public_audits_of_graphql_over_http_pass() {
    let server = Server::start().await;
    let text = run("audits.mjs", vec![server.url("/graphql")]).await;
    assert!(text.contains("61 of 61"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_graphql_ws_client_is_served() {
    let server = Server::start().await;
    let url = format!("ws://{}/graphql", server.address);
    let text = run("ws.mjs", vec![url, "good".to_owned(), "subscription { ticks(count: 3) { cursor } }".to_owned()]).await;
    assert!(text.contains("3 events, completed"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_graphql_sse_client_is_served() {
    let server = Server::start().await;
    let text =
        run("sse.mjs", vec![server.url("/graphql/stream"), "good".to_owned(), "subscription { ticks(count: 3) { cursor } }".to_owned()])
            .await;
    assert!(text.contains("3 events, completed"), "{text}");
}
