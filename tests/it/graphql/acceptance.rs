//! The public clients and audits against the real application. They need Node.js and npm.

use super::served::Served;
use crate::app::{App, on_both_databases};
use crate::transport::clients::run;

on_both_databases!(all_public_audits_pass, the_public_clients_are_served);

async fn all_public_audits_pass(app: App) {
    let served = Served::start(&app).await;
    let text = run("audits.mjs", vec![served.url("http", "/graphql")]).await;
    assert!(text.contains("61 of 61"), "{text}");
}

async fn the_public_clients_are_served(app: App) {
    let served = Served::start(&app).await;
    let token = app.member("visitor").await.token().to_owned();
    for (script, url) in [("ws.mjs", served.url("ws", "/graphql")), ("sse.mjs", served.url("http", "/graphql/stream"))] {
        let text = run(script, vec![url, token.clone(), "{ viewer { account { username } } }".to_owned()]).await;
        assert!(text.contains("\"username\":\"visitor\"") && text.contains("1 events, completed"), "{text}");
    }
}
