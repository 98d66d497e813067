//! The transaction password, and how often passwords may be guessed (promise P26).

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{ChangePassword, LogIn, SetTransactionPassword, change_password, log_in, set_transaction_password};
use upline::config::secrets::Secret;
use upline::domain::clients::Client;
use upline::domain::refusal::Refusal;

use crate::app::{App, PASSWORD, all_at_once, on_both_databases, refusal};

on_both_databases!(
    the_first_transaction_password_needs_the_password_and_the_next_one_the_last,
    five_wrong_tries_lock_a_password_for_a_quarter_of_an_hour,
    guesses_made_at_once_do_not_slip_through,
    unknown_names_lock_like_known_ones,
);

fn secrets(present: &str, new: &str) -> SetTransactionPassword {
    SetTransactionPassword { present: Secret::new(present.to_owned()), new: Secret::new(new.to_owned()) }
}

fn sign_in(login: &str, password: &str) -> LogIn {
    LogIn { login: login.to_owned(), password: Secret::new(password.to_owned()), client: Client::default() }
}

async fn the_first_transaction_password_needs_the_password_and_the_next_one_the_last(app: App) {
    let anna = app.member("anna").await.principal;
    let set = async |present: &str, new: &str| set_transaction_password(&app.services, &anna, &secrets(present, new)).await;
    assert!(matches!(
        set_transaction_password(&app.services, &Principal::Anonymous, &secrets("a", "secret")).await,
        Err(Error::Unauthenticated)
    ));
    assert_eq!(refusal(set("wrong", "742913").await), Refusal::WrongPassword);
    for weak in ["12345", &"x".repeat(73), PASSWORD] {
        assert_eq!(refusal(set(PASSWORD, weak).await), Refusal::WeakTransactionPassword, "{weak}");
    }
    set(PASSWORD, "742913").await.unwrap();
    assert_eq!(refusal(set(PASSWORD, "other-one").await), Refusal::WrongTransactionPassword);
    set("742913", "other-one").await.unwrap();
    let told = app.events().await.into_iter().filter(|(kind, _)| kind == "TRANSACTION_PASSWORD_CHANGED").count();
    assert_eq!(told, 2);
    let dump: String = app.value("SELECT transaction_password_hash FROM accounts WHERE username = 'anna'", []).await;
    assert!(dump.starts_with("$argon2id$") && !dump.contains("other-one"));
}

async fn five_wrong_tries_lock_a_password_for_a_quarter_of_an_hour(app: App) {
    let anna = app.member("anna").await.principal;
    // By name or by address, it is one count.
    for login in ["anna", "anna@example.org", "ANNA", "anna", "anna@example.org"] {
        assert_eq!(refusal(log_in(&app.services, &sign_in(login, "wrong")).await), Refusal::WrongCredentials);
    }
    let locked = Refusal::TooManyTries { minutes: 15 };
    assert_eq!(refusal(log_in(&app.services, &sign_in("anna", PASSWORD)).await), locked);
    app.clock.advance(15 * 60);
    assert_eq!(refusal(log_in(&app.services, &sign_in("anna", PASSWORD)).await), locked);
    app.clock.advance(1);
    log_in(&app.services, &sign_in("anna", PASSWORD)).await.unwrap();
    // The right password forgets the wrong ones; another password has a count of its own.
    for _ in 0..5 {
        assert_eq!(refusal(log_in(&app.services, &sign_in("anna", "wrong")).await), Refusal::WrongCredentials);
    }
    let change =
        |present: &str| ChangePassword { present: Secret::new(present.to_owned()), new: Secret::new("another password".to_owned()) };
    for _ in 0..5 {
        assert_eq!(refusal(change_password(&app.services, &anna, &change("wrong")).await), Refusal::WrongPassword);
    }
    assert_eq!(refusal(change_password(&app.services, &anna, &change(PASSWORD)).await), locked);
}

async fn guesses_made_at_once_do_not_slip_through(app: App) {
    app.member("anna").await;
    let acts = (0..40).map(|_| {
        let app = app.clone();
        async move { log_in(&app.services, &sign_in("anna", "wrong")).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    let looked_at = refusals.iter().filter(|refusal| **refusal == Refusal::WrongCredentials).count();
    assert_eq!((done.len(), looked_at, refusals.len()), (0, 5, 40));
}

async fn unknown_names_lock_like_known_ones(app: App) {
    for _ in 0..5 {
        assert_eq!(refusal(log_in(&app.services, &sign_in("nobody", "wrong")).await), Refusal::WrongCredentials);
    }
    assert_eq!(refusal(log_in(&app.services, &sign_in("NOBODY", "wrong")).await), Refusal::TooManyTries { minutes: 15 });
}
