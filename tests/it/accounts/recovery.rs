//! Forgotten passwords (promise P26).

use std::time::{Duration, Instant};

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{
    SetTransactionPassword, log_in, refresh_token, request_password_reset, request_transaction_password_reset, reset_password,
    reset_transaction_password, set_transaction_password, sign_up,
};
use upline::config::secrets::Secret;
use upline::domain::clients::Client;
use upline::domain::mails::MailKind;
use upline::domain::refusal::Refusal;

use super::{forgotten, letters, log, mailed, reset, token};
use crate::app::dump::everything;
use crate::app::{App, PASSWORD, all_at_once, new_account, on_both_databases, refusal};

const HOUR: i64 = 3600;
const NEW: &str = "a new long password";

on_both_databases!(
    a_forgotten_password_is_replaced_by_a_link_that_works_once,
    links_end_with_their_time_and_useless_ones_are_answered_alike,
    of_rivals_with_one_link_one_succeeds,
    a_reset_forgets_wrong_tries,
    known_and_unknown_names_get_one_answer_after_one_time,
    at_most_three_mails_an_hour_even_if_asked_for_at_once,
    a_forgotten_transaction_password_is_replaced_by_a_link,
    a_mail_is_written_when_and_only_when_its_act_is_done,
    nothing_in_the_database_tells_a_link_or_where_it_went,
);

async fn a_forgotten_password_is_replaced_by_a_link_that_works_once(app: App) {
    let anna = app.member("anna").await;
    letters(&app).await;
    request_password_reset(&app.services, &forgotten("Anna@Example.org")).await.unwrap();
    let mails = letters(&app).await;
    assert_eq!((mails.len(), mails[0].to.as_str(), mails[0].subject.as_str()), (1, "anna@example.org", "Upline: a new password"));
    assert!(mails[0].text.contains("account anna of Upline") && mails[0].text.contains("\nhttp://127.0.0.1:8080/reset-password#token="));
    let link = token(&mails[0].text);
    assert_eq!(link.len(), 43);
    for weak in ["short", "anna@example.org"] {
        assert_eq!(refusal(reset_password(&app.services, &reset(&link, weak)).await), Refusal::WeakPassword);
    }
    app.principal(&anna.tokens).await;
    reset_password(&app.services, &reset(&link, NEW)).await.unwrap();
    assert_eq!(app.authenticate(anna.token()).await, None);
    assert_eq!(refusal(refresh_token(&app.services, anna.tokens.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
    assert_eq!(refusal(log_in(&app.services, &log("anna", PASSWORD, Client::default())).await), Refusal::WrongCredentials);
    log_in(&app.services, &log("anna", NEW, Client::default())).await.unwrap();
    assert_eq!(refusal(reset_password(&app.services, &reset(&link, "yet another one")).await), Refusal::LinkInvalid);
    assert_eq!(app.events().await.last().unwrap().0, "PASSWORD_CHANGED");
    assert_eq!(app.count("accounts WHERE email_verified_at IS NOT NULL").await, 1, "who read the mail has the address");
}

async fn links_end_with_their_time_and_useless_ones_are_answered_alike(app: App) {
    app.member("anna").await;
    let welcome = mailed(&app, MailKind::EmailVerification).await;
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    let link = mailed(&app, MailKind::PasswordReset).await;
    let longer = format!("{link}A");
    for useless in ["", "unknown", &link[1..], &longer, &link.to_lowercase(), &welcome] {
        assert_eq!(refusal(reset_password(&app.services, &reset(useless, NEW)).await), Refusal::LinkInvalid, "{useless}");
    }
    app.clock.advance(HOUR - 1);
    reset_password(&app.services, &reset(&link, NEW)).await.unwrap();
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    let (late, now) = (mailed(&app, MailKind::PasswordReset).await, "another new password");
    app.clock.advance(HOUR);
    assert_eq!(refusal(reset_password(&app.services, &reset(&late, now)).await), Refusal::LinkInvalid);
    // The one that is used takes those before it along.
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    let first = mailed(&app, MailKind::PasswordReset).await;
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    let second = mailed(&app, MailKind::PasswordReset).await;
    reset_password(&app.services, &reset(&second, now)).await.unwrap();
    assert_eq!(refusal(reset_password(&app.services, &reset(&first, NEW)).await), Refusal::LinkInvalid);
    for status in ["BLOCKED", "DORMANT"] {
        app.execute("UPDATE accounts SET status = 'ACTIVE'", []).await;
        app.clock.advance(HOUR);
        request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
        let link = mailed(&app, MailKind::PasswordReset).await;
        app.execute("UPDATE accounts SET status = $1", [status.into()]).await;
        assert_eq!(refusal(reset_password(&app.services, &reset(&link, NEW)).await), Refusal::LinkInvalid, "{status}");
    }
}

async fn of_rivals_with_one_link_one_succeeds(app: App) {
    app.member("anna").await;
    letters(&app).await;
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    let link = mailed(&app, MailKind::PasswordReset).await;
    let acts = (0..8).map(|index| {
        let (app, link) = (app.clone(), link.clone());
        async move { reset_password(&app.services, &reset(&link, &format!("new password {index}"))).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert_eq!((done.len(), refusals), (1, vec![Refusal::LinkInvalid; 7]));
}

async fn a_reset_forgets_wrong_tries(app: App) {
    app.member("anna").await;
    letters(&app).await;
    for _ in 0..5 {
        assert_eq!(refusal(log_in(&app.services, &log("anna", "wrong", Client::default())).await), Refusal::WrongCredentials);
    }
    assert!(matches!(refusal(log_in(&app.services, &log("anna", PASSWORD, Client::default())).await), Refusal::TooManyTries { .. }));
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    let link = mailed(&app, MailKind::PasswordReset).await;
    reset_password(&app.services, &reset(&link, NEW)).await.unwrap();
    log_in(&app.services, &log("anna", NEW, Client::default())).await.unwrap();
}

async fn known_and_unknown_names_get_one_answer_after_one_time(app: App) {
    for username in ["anna", "blocked", "dormant"] {
        app.member(username).await;
    }
    app.execute("UPDATE accounts SET status = 'BLOCKED' WHERE username = 'blocked'", []).await;
    app.execute("UPDATE accounts SET status = 'DORMANT', password_hash = NULL WHERE username = 'dormant'", []).await;
    letters(&app).await;
    let mut times = Vec::new();
    for login in ["anna", "nobody", "anna", "no@body.org", "anna", "blocked", "anna", "dormant", "anna", ""] {
        let began = Instant::now();
        request_password_reset(&app.services, &forgotten(login)).await.unwrap();
        times.push(began.elapsed());
    }
    // Whatever is done lies within the time to the first step, unless the machine is busy.
    let mut sorted = times.clone();
    sorted.sort();
    let (least, median) = (sorted[0], sorted[times.len() / 2]);
    assert!(least >= Duration::from_millis(300) && median < Duration::from_millis(900), "{times:?}");
    assert_eq!(letters(&app).await.len(), 3, "of five requests for one account; none for the others");
}

async fn at_most_three_mails_an_hour_even_if_asked_for_at_once(app: App) {
    app.member("anna").await;
    letters(&app).await;
    let acts = (0..12).map(|_| {
        let app = app.clone();
        async move { request_password_reset(&app.services, &forgotten("anna")).await }
    });
    assert_eq!(all_at_once(acts).await.0.len(), 12);
    assert_eq!(letters(&app).await.len(), 3);
    app.clock.advance(HOUR - 1);
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    assert_eq!(letters(&app).await.len(), 0);
    app.clock.advance(1);
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    assert_eq!(letters(&app).await.len(), 1);
}

async fn a_forgotten_transaction_password_is_replaced_by_a_link(app: App) {
    let (anna, bert) = (app.member("anna").await, app.member("bert").await);
    letters(&app).await;
    let secrets =
        |present: &str, new: &str| SetTransactionPassword { present: Secret::new(present.to_owned()), new: Secret::new(new.to_owned()) };
    let set = async |present: &str, new: &str| set_transaction_password(&app.services, &anna.principal, &secrets(present, new)).await;
    set(PASSWORD, "742913").await.unwrap();
    for _ in 0..5 {
        assert_eq!(refusal(set("wrong", "other-one").await), Refusal::WrongTransactionPassword);
    }
    let ask = async |who: &Principal| request_transaction_password_reset(&app.services, who).await;
    assert!(matches!(ask(&Principal::Anonymous).await, Err(Error::Unauthenticated)));
    ask(&anna.principal).await.unwrap();
    let link = mailed(&app, MailKind::TransactionPasswordReset).await;
    let again = async |new: &str| reset_transaction_password(&app.services, &reset(&link, new)).await;
    for weak in ["12345", PASSWORD] {
        assert_eq!(refusal(again(weak).await), Refusal::WeakTransactionPassword);
    }
    assert_eq!(refusal(reset_password(&app.services, &reset(&link, NEW)).await), Refusal::LinkInvalid, "it opens nothing else");
    again("918273").await.unwrap();
    assert_eq!(refusal(again("555555").await), Refusal::LinkInvalid);
    // Neither sessions nor the password changed; the wrong tries are forgotten.
    app.principal(&anna.tokens).await;
    set("918273", "other-one").await.unwrap();
    for _ in 0..2 {
        ask(&anna.principal).await.unwrap();
    }
    assert_eq!(refusal(ask(&anna.principal).await), Refusal::TooManyTries { minutes: 60 });
    ask(&bert.principal).await.unwrap();
    app.execute("UPDATE accounts SET email = NULL WHERE username = 'bert'", []).await;
    assert_eq!(refusal(ask(&bert.principal).await), Refusal::EmailMissing);
}

async fn a_mail_is_written_when_and_only_when_its_act_is_done(app: App) {
    app.member("anna").await;
    assert_eq!((app.count("mails").await, app.count("mailed_links").await), (1, 1));
    for taken in ["anna", "ANNA"] {
        assert!(matches!(refusal(sign_up(&app.services, &new_account(taken)).await), Refusal::UsernameTaken | Refusal::EmailTaken));
    }
    let acts = (0..10).map(|_| {
        let app = app.clone();
        async move { sign_up(&app.services, &new_account("bert")).await }
    });
    assert_eq!(all_at_once(acts).await.0.len(), 1);
    assert_eq!((app.count("mails").await, app.count("mailed_links").await), (2, 2));
    let mut addresses: Vec<String> = letters(&app).await.into_iter().map(|letter| letter.to).collect();
    addresses.sort();
    assert_eq!(addresses, ["anna@example.org", "bert@example.org"]);
    assert_eq!(app.count("mails WHERE sent_at IS NOT NULL AND data IS NULL").await, 2, "what is sent is not kept");
}

async fn nothing_in_the_database_tells_a_link_or_where_it_went(app: App) {
    app.member("anna").await;
    request_password_reset(&app.services, &super::RequestPasswordReset { client: super::from(77), ..forgotten("anna") }).await.unwrap();
    // The address stands in the account itself.
    app.execute("UPDATE accounts SET email = 'changed@example.org'", []).await;
    let columns = "SELECT count(*) FROM mails WHERE kind LIKE '%@%' OR failure LIKE '%@%'";
    assert_eq!(app.value::<i64>(columns, []).await, 0);
    let sealed: Vec<Vec<u8>> = vec![
        app.value("SELECT data FROM mails ORDER BY id LIMIT 1", []).await,
        app.value("SELECT data FROM mails ORDER BY id DESC LIMIT 1", []).await,
    ];
    let mails = letters(&app).await;
    assert_eq!(mails.len(), 2);
    let everything = everything(&app).await;
    let holds = |all: &[u8], canary: &str| all.windows(canary.len()).any(|part| part == canary.as_bytes());
    for letter in &mails {
        assert!(!holds(&everything, &token(&letter.text)), "a link's secret stands in the clear");
        assert!(sealed.iter().all(|data| !holds(data, "anna@example.org")));
    }
    assert!(!holds(&everything, "192.0.2.77"));
}
