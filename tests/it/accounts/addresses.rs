//! What one address may try, whatever accounts it tries (promises P26, P27).

use serde_json::{Value, json};
use upline::commands::Error;
use upline::commands::accounts::{
    RequestPasswordReset, Reset, SignUp, VerifyEmail, log_in, request_password_reset, reset_password, sign_up, verify_email,
};
use upline::config::secrets::Secret;
use upline::domain::clients::{Address, Client};
use upline::domain::mails::MailKind;
use upline::domain::refusal::Refusal;

use super::{forgotten, from, letters, log, mailed, reset};
use crate::app::{App, PASSWORD, all_at_once, new_account, on_both_databases, refusal};
use crate::graphql::served::Served;
use crate::soak::number;

on_both_databases!(
    wrong_passwords_of_one_address_count_whatever_accounts_they_are_for,
    guesses_of_one_address_made_at_once_do_not_slip_through,
    two_processes_share_the_counts,
    sign_ups_requests_and_links_are_counted_too,
    aliases_count_each_and_only_trusted_proxies_are_believed,
    a_guessing_run_over_many_addresses_opens_nothing_and_does_not_keep_the_owner_out,
);

async fn tried(app: &App, login: &str, password: &str, client: Client) -> Option<Refusal> {
    match log_in(&app.services, &log(login, password, client)).await {
        Ok(_) => None,
        Err(Error::Refused(refusal)) => Some(refusal),
        Err(error) => panic!("{error}"),
    }
}

async fn wrong_passwords_of_one_address_count_whatever_accounts_they_are_for(app: App) {
    let app = app.with(&["auth.address_tries=6", "auth.address_minutes=30"]);
    app.member("anna").await;
    for _ in 0..20 {
        assert_eq!(tried(&app, "anna", PASSWORD, from(1)).await, None, "the right one is not counted");
    }
    for index in 0..6 {
        assert_eq!(tried(&app, &format!("nobody{index}"), "wrong", from(1)).await, Some(Refusal::WrongCredentials));
    }
    app.clock.advance(61);
    let locked = Some(Refusal::TooManyTries { minutes: 29 });
    assert_eq!(tried(&app, "anna", PASSWORD, from(1)).await, locked);
    assert_eq!(tried(&app, "anna", PASSWORD, from(2)).await, None);
    assert_eq!(tried(&app, "anna", PASSWORD, Client::default()).await, None);
    app.clock.advance(30 * 60 - 61);
    assert_eq!(tried(&app, "anna", PASSWORD, from(1)).await, None);

    let in_network = |network: u8, host: u8| {
        let mut octets = [0x20, 1, 0xd, 0xb8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host];
        octets[8] = host;
        Client { address: Some(Address::V6(octets)), user_agent: None }
    };
    for host in 0..6 {
        assert_eq!(tried(&app, &format!("nobody{host}"), "wrong", in_network(1, host)).await, Some(Refusal::WrongCredentials));
    }
    assert_eq!(tried(&app, "anna", PASSWORD, in_network(1, 99)).await, Some(Refusal::TooManyTries { minutes: 30 }));
    assert_eq!(tried(&app, "anna", PASSWORD, in_network(2, 99)).await, None);
}

async fn guesses_of_one_address_made_at_once_do_not_slip_through(app: App) {
    let app = app.with(&["auth.address_tries=6"]);
    let acts = (0..30).map(|index| {
        let app = app.clone();
        async move { log_in(&app.services, &log(&format!("nobody{index}"), "wrong", from(1))).await }
    });
    let (_, refusals) = all_at_once(acts).await;
    assert_eq!(refusals.iter().filter(|refusal| **refusal == Refusal::WrongCredentials).count(), 6);
}

async fn two_processes_share_the_counts(app: App) {
    let processes = [app.with(&["auth.address_tries=6"]), app.with(&["auth.address_tries=6"])];
    let mut looked_at = 0;
    for index in 0..20 {
        let refused = tried(&processes[index % 2], &format!("nobody{index}"), "wrong", from(1)).await;
        looked_at += usize::from(refused == Some(Refusal::WrongCredentials));
    }
    assert_eq!(looked_at, 6);
}

async fn sign_ups_requests_and_links_are_counted_too(app: App) {
    let app = app.with(&["auth.address_sign_ups=3", "auth.address_requests=3", "auth.address_links=3"]);
    let locked = Refusal::TooManyTries { minutes: 60 };
    let join = async |username: &str, client| sign_up(&app.services, &SignUp { client, ..new_account(username) }).await;
    for username in ["anna", "anna", "bert"] {
        join(username, from(1)).await.ok();
    }
    assert_eq!(refusal(join("carl", from(1)).await), locked);
    join("carl", from(2)).await.unwrap();
    letters(&app).await;
    let ask = async |login: &str, client| request_password_reset(&app.services, &RequestPasswordReset { client, ..forgotten(login) }).await;
    for login in ["nobody", "anna", "nobody"] {
        ask(login, from(1)).await.unwrap();
    }
    for login in ["nobody", "anna"] {
        assert_eq!(refusal(ask(login, from(1)).await), locked);
    }
    let link = mailed(&app, MailKind::PasswordReset).await;
    let verify = async |client| verify_email(&app.services, &VerifyEmail { token: Secret::new("x".into()), client }).await;
    let back = async |token: &str, client| reset_password(&app.services, &Reset { client, ..reset(token, "a new long password") }).await;
    assert_eq!(refusal(verify(from(1)).await), Refusal::LinkInvalid);
    assert_eq!(refusal(back("x", from(1)).await), Refusal::LinkInvalid);
    assert_eq!(refusal(verify(from(1)).await), Refusal::LinkInvalid);
    assert_eq!(refusal(back(&link, from(1)).await), locked);
    back(&link, from(2)).await.unwrap();
}

async fn aliases_count_each_and_only_trusted_proxies_are_believed(app: App) {
    let served = Served::with(&app, &["auth.address_tries=6", "server.trusted_proxies=127.0.0.0/8"]).await;
    let fields: Vec<String> = (0..10)
        .map(|index| format!("a{index}: logIn(input: {{ login: \"nobody{index}\", password: \"wrong\" }}) {{ userErrors {{ code }} }}"))
        .collect();
    let document = format!("mutation {{ {} }}", fields.join(" "));
    let post = async |address: &str| -> Vec<String> {
        let request = reqwest::Client::new().post(served.url("http", "/graphql")).header("x-forwarded-for", address);
        let answer: Value = request.json(&json!({ "query": document })).send().await.unwrap().json().await.unwrap();
        let code = |index| answer["data"][format!("a{index}")]["userErrors"][0]["code"].as_str().unwrap().to_owned();
        (0..10).map(code).collect()
    };
    let of = |codes: &[String], wanted: &str| codes.iter().filter(|code| *code == wanted).count();
    // What stands before the last address that is no proxy's was made up by the client.
    for made_up in ["198.51.100.1, 192.0.2.1", "198.51.100.2, 192.0.2.1"] {
        let codes = post(made_up).await;
        let expected = if made_up.starts_with("198.51.100.1,") { 6 } else { 0 };
        assert_eq!((of(&codes, "WRONG_CREDENTIALS"), of(&codes, "TOO_MANY_TRIES")), (expected, 10 - expected), "{codes:?}");
    }
    let codes = post("192.0.2.2").await;
    assert_eq!((of(&codes, "WRONG_CREDENTIALS"), of(&codes, "TOO_MANY_TRIES")), (6, 4), "{codes:?}");
}

/// Two processes, many addresses, 8 accounts, 400 guesses, or as many as `UPLINE_SOAK_GUESSES` says: 10,000 for the long run of promise P26.
async fn a_guessing_run_over_many_addresses_opens_nothing_and_does_not_keep_the_owner_out(app: App) {
    let processes = [app.with(&["auth.address_tries=8"]), app.with(&["auth.address_tries=8"])];
    for index in 0..8 {
        app.member(&format!("victim{index}")).await;
    }
    letters(&app).await;
    let guesses = number("UPLINE_SOAK_GUESSES").unwrap_or(400);
    let acts = (0..guesses as usize).map(|index| {
        let app = processes[index % 2].clone();
        let login = if index % 3 == 0 { format!("victim{}@example.org", index % 8) } else { format!("victim{}", index % 8) };
        let client = from(u8::try_from(index % 100).unwrap_or(0));
        async move { log_in(&app.services, &log(&login, &format!("guess {index}"), client)).await }
    });
    let (opened, refusals) = all_at_once(acts).await;
    let looked_at = refusals.iter().filter(|refusal| **refusal == Refusal::WrongCredentials).count();
    assert_eq!((opened.len(), refusals.len(), looked_at), (0, guesses as usize, 8 * 5));
    for index in 0..8 {
        assert!(matches!(tried(&app, &format!("victim{index}"), PASSWORD, from(200)).await, Some(Refusal::TooManyTries { .. })));
        request_password_reset(&app.services, &forgotten(&format!("victim{index}"))).await.unwrap();
        let link = mailed(&app, MailKind::PasswordReset).await;
        reset_password(&app.services, &reset(&link, "a new long password")).await.unwrap();
        assert_eq!(tried(&app, &format!("victim{index}"), "a new long password", from(200)).await, None);
    }
}
