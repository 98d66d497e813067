//! Sessions, their refresh tokens and their ends.

use sha2::{Digest as _, Sha256};
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{ChangePassword, LogIn, change_password, log_in, log_out, refresh_token};
use upline::config::secrets::Secret;
use upline::domain::clients::Client;
use upline::domain::refusal::Refusal;

use crate::app::{App, PASSWORD, all_at_once, on_both_databases, refusal};

const DAY: i64 = 86_400;

on_both_databases!(
    a_refresh_token_works_once,
    of_twenty_refreshes_at_once_one_succeeds_and_the_session_lives,
    a_used_refresh_token_that_comes_later_ends_the_whole_session,
    refresh_tokens_end_with_their_time_and_with_the_session,
    logging_out_ends_the_session_at_once,
    beyond_the_limit_the_oldest_session_ends,
    a_blocked_account_is_out_at_once,
    changing_the_password_ends_the_other_sessions,
    of_rival_password_changes_one_succeeds,
    the_database_holds_no_usable_token,
);

fn log(password: &str) -> LogIn {
    LogIn { login: "anna".to_owned(), password: Secret::new(password.to_owned()), client: Client::default() }
}

fn change(present: &str, new: &str) -> ChangePassword {
    ChangePassword { present: Secret::new(present.to_owned()), new: Secret::new(new.to_owned()) }
}

async fn a_refresh_token_works_once(app: App) {
    let anna = app.member("anna").await;
    app.clock.advance(60);
    let next = refresh_token(&app.services, anna.tokens.refresh_token.expose()).await.unwrap();
    assert_eq!(next.account_id, anna.tokens.account_id);
    assert_eq!(app.principal(&next).await, anna.principal);
    assert!(next.access_expires_at > anna.tokens.access_expires_at);
    for useless in [anna.tokens.refresh_token.expose().as_str(), next.access_token.expose(), "", "unknown"] {
        assert_eq!(refusal(refresh_token(&app.services, useless).await), Refusal::RefreshTokenInvalid);
    }
    app.principal(&next).await;
}

async fn of_twenty_refreshes_at_once_one_succeeds_and_the_session_lives(app: App) {
    let anna = app.member("anna").await;
    let acts = (0..20).map(|_| {
        let (app, token) = (app.clone(), anna.tokens.refresh_token.clone());
        async move { refresh_token(&app.services, token.expose()).await }
    });
    let (fresh, refusals) = all_at_once(acts).await;
    assert_eq!((fresh.len(), refusals), (1, vec![Refusal::RefreshTokenInvalid; 19]));
    assert_eq!(app.count("refresh_tokens WHERE used_at IS NULL").await, 1);
    refresh_token(&app.services, fresh[0].refresh_token.expose()).await.unwrap();
    assert_eq!(app.count("refresh_tokens WHERE used_at IS NULL").await, 1);
}

async fn a_used_refresh_token_that_comes_later_ends_the_whole_session(app: App) {
    let anna = app.member("anna").await;
    let next = refresh_token(&app.services, anna.tokens.refresh_token.expose()).await.unwrap();
    app.clock.advance(9);
    assert_eq!(refusal(refresh_token(&app.services, anna.tokens.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
    app.principal(&next).await;
    app.clock.advance(1);
    assert_eq!(refusal(refresh_token(&app.services, anna.tokens.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
    assert_eq!(app.authenticate(next.access_token.expose()).await, None);
    assert_eq!(refusal(refresh_token(&app.services, next.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
    assert_eq!(app.count("sessions WHERE end_reason = 'TOKEN_REUSED'").await, 1);
}

async fn refresh_tokens_end_with_their_time_and_with_the_session(app: App) {
    let anna = app.member("anna").await;
    app.clock.advance(30 * DAY);
    assert_eq!(refusal(refresh_token(&app.services, anna.tokens.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);

    let mut tokens = log_in(&app.services, &log(PASSWORD)).await.unwrap();
    for _ in 0..3 {
        app.clock.advance(29 * DAY);
        tokens = refresh_token(&app.services, tokens.refresh_token.expose()).await.unwrap();
    }
    app.clock.advance(3 * DAY - 1);
    let last = refresh_token(&app.services, tokens.refresh_token.expose()).await.unwrap();
    app.principal(&last).await;
    app.clock.advance(1);
    assert_eq!(app.authenticate(last.access_token.expose()).await, None);
    assert_eq!(refusal(refresh_token(&app.services, last.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
}

async fn logging_out_ends_the_session_at_once(app: App) {
    let anna = app.member("anna").await;
    let other = log_in(&app.services, &log(PASSWORD)).await.unwrap();
    log_out(&app.services, &anna.principal).await.unwrap();
    assert_eq!(app.authenticate(anna.tokens.access_token.expose()).await, None);
    assert_eq!(refusal(refresh_token(&app.services, anna.tokens.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
    app.principal(&other).await;
    log_out(&app.services, &anna.principal).await.unwrap();
    assert!(matches!(log_out(&app.services, &Principal::Anonymous).await, Err(Error::Unauthenticated)));
    assert_eq!(app.count("sessions WHERE end_reason = 'LOGGED_OUT'").await, 1);
}

async fn beyond_the_limit_the_oldest_session_ends(app: App) {
    let app = app.with(&["auth.sessions_per_account=2"]);
    let anna = app.member("anna").await;
    app.clock.advance(1);
    let second = log_in(&app.services, &log(PASSWORD)).await.unwrap();
    app.clock.advance(1);
    let third = log_in(&app.services, &log(PASSWORD)).await.unwrap();
    assert_eq!(app.authenticate(anna.tokens.access_token.expose()).await, None);
    app.principal(&second).await;
    app.principal(&third).await;

    let acts = (0..20).map(|_| {
        let app = app.clone();
        async move { log_in(&app.services, &log(PASSWORD)).await }
    });
    assert_eq!(all_at_once(acts).await.0.len(), 20);
    assert_eq!(app.count("sessions WHERE ended_at IS NULL").await, 2);
}

async fn a_blocked_account_is_out_at_once(app: App) {
    let anna = app.member("anna").await;
    app.execute("UPDATE accounts SET status = 'BLOCKED'", []).await;
    assert_eq!(app.authenticate(anna.tokens.access_token.expose()).await, None);
    assert_eq!(refusal(refresh_token(&app.services, anna.tokens.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
}

async fn changing_the_password_ends_the_other_sessions(app: App) {
    let anna = app.member("anna").await;
    let other = log_in(&app.services, &log(PASSWORD)).await.unwrap();
    let changed = |present, new| {
        let (app, principal) = (&app, &anna.principal);
        async move { change_password(&app.services, principal, &change(present, new)).await }
    };
    assert_eq!(refusal(changed(PASSWORD, "short").await), Refusal::WeakPassword);
    assert_eq!(refusal(changed("wrong password", "a new password").await), Refusal::WrongPassword);
    app.principal(&other).await;

    changed(PASSWORD, "a new password").await.unwrap();
    app.principal(&anna.tokens).await;
    assert_eq!(app.authenticate(other.access_token.expose()).await, None);
    assert_eq!(refusal(refresh_token(&app.services, other.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
    refresh_token(&app.services, anna.tokens.refresh_token.expose()).await.unwrap();
    assert_eq!(refusal(log_in(&app.services, &log(PASSWORD)).await), Refusal::WrongCredentials);
    log_in(&app.services, &log("a new password")).await.unwrap();
    assert_eq!(app.events().await.last().unwrap().0, "PASSWORD_CHANGED");
}

async fn of_rival_password_changes_one_succeeds(app: App) {
    let anna = app.member("anna").await;
    let acts = (0..8).map(|index| {
        let (app, principal) = (app.clone(), anna.principal.clone());
        async move { change_password(&app.services, &principal, &change(PASSWORD, &format!("new password {index}"))).await }
    });
    let (changed, refusals) = all_at_once(acts).await;
    assert_eq!((changed.len(), refusals), (1, vec![Refusal::WrongPassword; 7]));
}

async fn the_database_holds_no_usable_token(app: App) {
    let anna = app.member("anna").await;
    let stored: Vec<u8> = app.value("SELECT token_hash FROM refresh_tokens", []).await;
    assert_eq!(stored, Sha256::digest(anna.tokens.refresh_token.expose().as_bytes()).to_vec());
    assert_eq!(anna.tokens.refresh_token.expose().len(), 43);
}
