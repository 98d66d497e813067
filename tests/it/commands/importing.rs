//! People go on while an import keeps other writers out (PostgreSQL; SQLite has one writer anyway).

use std::fmt::Write as _;
use std::time::Duration;

use tokio::time::timeout;
use upline::commands::accounts::{LogIn, log_in, refresh_token};
use upline::config::secrets::Secret;
use upline::domain::clients::Client;
use upline::import::Files;
use upline::store::bulk::lock;

use crate::app::files::source;
use crate::app::{App, Backend, PASSWORD, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_in_while_an_import_is_under_way() {
    run(Backend::Postgres, sign_in_beside_an_import).await;
}

async fn sign_in_beside_an_import(app: App) {
    app.member("anna").await;
    let under_way = app.services.database.begin().await.unwrap();
    lock::exclusive(&under_way).await.unwrap();
    let input = LogIn { login: "anna".to_owned(), password: Secret::new(PASSWORD.to_owned()), client: Client::default() };
    let signed_in = log_in(&app.services, &input).await.unwrap();
    refresh_token(&app.services, signed_in.refresh_token.expose()).await.unwrap();
    under_way.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partners_join_and_sign_in_around_an_import() {
    run(Backend::Postgres, join_around_an_import).await;
}

async fn join_around_an_import(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let mut network = "partner,sponsor,placement_parent,position,joined_at\n".to_owned();
    for partner in 1001..=3000 {
        let above = if partner == 1001 { ",,".to_owned() } else { format!("{0},{0},L", partner - 1) };
        writeln!(network, "{partner},{above},2026-01-01T00:00:00Z").unwrap();
    }
    let files = Files { network: source("network.csv", &network), ..Files::default() };
    // Nobody gets in before the import and joins stand at the door together.
    let door = app.services.database.begin().await.unwrap();
    lock::exclusive(&door).await.unwrap();
    let importer = app.clone();
    let importing = tokio::spawn(async move { importer.import(&files).await });
    until_waiting(&app, 1).await;
    let joining = (0..12).map(|index| {
        let (app, code) = (app.clone(), root.code.clone());
        tokio::spawn(async move {
            let username = format!("joiner{index}");
            let joined = app.join(&username, Some(&code), None).await.unwrap();
            let input = LogIn { login: username, password: Secret::new(PASSWORD.to_owned()), client: Client::default() };
            log_in(&app.services, &input).await.unwrap();
            joined.number
        })
    });
    let joining: Vec<_> = joining.collect();
    until_waiting(&app, 3).await;
    door.rollback().await.unwrap();
    let mut numbers = Vec::new();
    for joined in joining {
        numbers.push(joined.await.unwrap());
    }
    importing.await.unwrap();
    assert_eq!(app.count("partners").await, 1 + 12 + 2000);
    let late = app.join("late", Some(&root.code), None).await.unwrap();
    assert!(late.number > 3000, "{} is above every number of the file", late.number);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 12);
}

/// Looks at the database until so many of its connections wait for a lock.
async fn until_waiting(app: &App, count: i64) {
    let waiting = async {
        while app.count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").await < count {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), waiting).await.expect("the others come to the door");
}
