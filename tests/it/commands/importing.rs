//! People go on while an import keeps other writers out (PostgreSQL; SQLite has one writer anyway).

use std::fmt::Write as _;

use upline::commands::accounts::{LogIn, log_in, refresh_token};
use upline::config::network::Placement;
use upline::config::secrets::Secret;
use upline::domain::trees::PlacementPreference;
use upline::import::{Files, Options, Source, import};
use upline::store::bulk::lock;

use crate::app::{App, Backend, PASSWORD, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_in_while_an_import_is_under_way() {
    run(Backend::Postgres, sign_in_beside_an_import).await;
}

async fn sign_in_beside_an_import(app: App) {
    app.member("anna").await;
    let under_way = app.services.database.begin().await.unwrap();
    lock::exclusive(&under_way).await.unwrap();
    let input = LogIn { login: "anna".to_owned(), password: Secret::new(PASSWORD.to_owned()) };
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
    let files = Files { network: Some(Source::memory("network.csv", network.as_bytes())), ..Files::default() };
    let options = Options { period: None, placement: Placement::Binary, preference: PlacementPreference::WeakLeg, now: app.services.now() };
    let database = app.services.database.clone();
    let importing = tokio::spawn(async move { import(&database, &files, &options).await.map(drop) });
    let joining = (0..12).map(|index| {
        let (app, code) = (app.clone(), root.code.clone());
        tokio::spawn(async move {
            let username = format!("joiner{index}");
            let joined = app.join(&username, Some(&code), None).await.unwrap();
            let input = LogIn { login: username, password: Secret::new(PASSWORD.to_owned()) };
            log_in(&app.services, &input).await.unwrap();
            joined.number
        })
    });
    let mut numbers = Vec::new();
    for joined in joining.collect::<Vec<_>>() {
        numbers.push(joined.await.unwrap());
    }
    importing.await.unwrap().unwrap();
    assert_eq!(app.count("partners").await, 1 + 12 + 2000);
    let late = app.join("late", Some(&root.code), None).await.unwrap();
    assert!(late.number > 3000, "{} is above every number of the file", late.number);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 12);
}
