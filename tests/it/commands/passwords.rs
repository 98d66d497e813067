//! Password hashes: bounded, renewed, equally slow.

use std::time::{Duration, Instant};

use upline::commands::accounts::{LogIn, log_in};
use upline::config::secrets::Secret;
use upline::domain::clients::Client;
use upline::domain::refusal::Refusal;

use crate::app::{App, PASSWORD, all_at_once, on_both_databases, refusal};

on_both_databases!(
    a_hash_with_other_parameters_is_renewed_at_log_in,
    a_flood_of_log_ins_is_told_to_come_back,
    an_unknown_user_takes_as_long_as_a_wrong_password,
);

fn log(login: &str, password: &str) -> LogIn {
    LogIn { login: login.to_owned(), password: Secret::new(password.to_owned()), client: Client::default() }
}

async fn a_hash_with_other_parameters_is_renewed_at_log_in(app: App) {
    app.member("anna").await;
    let stronger = app.with(&["auth.argon2_iterations=2"]);
    assert_eq!(refusal(log_in(&stronger.services, &log("anna", "wrong password")).await), Refusal::WrongCredentials);
    assert_eq!(app.count("accounts WHERE password_hash LIKE '%t=1%'").await, 1);
    log_in(&stronger.services, &log("anna", PASSWORD)).await.unwrap();
    assert_eq!(app.count("accounts WHERE password_hash LIKE '%t=2%'").await, 1);
    log_in(&stronger.services, &log("anna", PASSWORD)).await.unwrap();
}

async fn a_flood_of_log_ins_is_told_to_come_back(app: App) {
    app.member("anna").await;
    let narrow = app.with(&["auth.concurrent_hashes=1", "auth.waiting_hashes=2", "auth.argon2_iterations=20"]);
    let acts = (0..50).map(|index| {
        let narrow = narrow.clone();
        async move { log_in(&narrow.services, &log(&format!("nobody{index}"), PASSWORD)).await }
    });
    let (_, refusals) = all_at_once(acts).await;
    let busy = refusals.iter().filter(|refusal| **refusal == Refusal::Busy).count();
    assert!(refusals.len() == 50 && (1..=47).contains(&busy), "{busy} of {} were sent away", refusals.len());
    log_in(&narrow.services, &log("anna", PASSWORD)).await.unwrap();
}

async fn an_unknown_user_takes_as_long_as_a_wrong_password(app: App) {
    let app = app.with(&["auth.tries=100", "auth.argon2_memory_kib=19456", "auth.argon2_iterations=2"]);
    app.member("anna").await;
    // The shortest of many: what each takes where nothing else on the machine disturbs it.
    let mut shortest = [Duration::MAX; 2];
    for _ in 0..15 {
        for (login, shortest) in ["anna", "nobody"].iter().zip(&mut shortest) {
            let before = Instant::now();
            assert_eq!(refusal(log_in(&app.services, &log(login, "wrong password")).await), Refusal::WrongCredentials);
            *shortest = before.elapsed().min(*shortest);
        }
    }
    let [known, unknown] = shortest;
    assert!(known.abs_diff(unknown) < known.max(unknown) / 2, "a wrong password takes {known:?}, an unknown user {unknown:?}");
    assert!(unknown > Duration::from_millis(1));
}
