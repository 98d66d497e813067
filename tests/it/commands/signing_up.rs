//! signUp and logIn.

use upline::commands::accounts::{ChangePassword, LogIn, SignUp, change_password, log_in, sign_up};
use upline::config::secrets::Secret;
use upline::domain::clients::Client;
use upline::domain::refusal::Refusal;

use crate::app::{App, PASSWORD, all_at_once, new_account, on_both_databases, refusal};

on_both_databases!(
    a_new_account_is_signed_in_and_told_of,
    bad_input_is_refused_and_leaves_nothing,
    names_and_addresses_are_unique_ignoring_case,
    of_twenty_who_want_one_name_at_once_one_gets_it,
    a_repeated_sign_up_gives_the_same_account_and_a_fresh_session,
    a_repetition_after_the_password_was_changed_is_wrong_credentials,
    strangers_may_choose_the_same_key,
    twenty_repetitions_at_once_make_one_account,
    an_idempotency_key_stands_for_one_request,
    a_person_logs_in_by_name_or_address_in_any_case,
    unknown_wrong_and_dormant_get_one_answer,
);

fn log(login: &str, password: &str) -> LogIn {
    LogIn { login: login.to_owned(), password: Secret::new(password.to_owned()), client: Client::default() }
}

async fn a_new_account_is_signed_in_and_told_of(app: App) {
    let phone = Some("+49 30 1234".to_owned());
    let signed_in = sign_up(&app.services, &SignUp { phone, ..new_account("anna") }).await.unwrap();
    let principal = app.principal(&signed_in).await;
    assert_eq!(principal.caller().unwrap().account_id, signed_in.account_id);
    assert_eq!(principal.caller().unwrap().partner_id, None);
    assert_eq!(app.events().await, [("ACCOUNT_SIGNED_UP".to_owned(), format!(r#"{{"account":{}}}"#, signed_in.account_id))]);
    assert_eq!(app.wakes(), 1);
    assert_eq!(app.count("accounts WHERE role = 'MEMBER' AND status = 'ACTIVE' AND phone = '+49 30 1234' AND scopes = ''").await, 1);
    let stored: String = app.value("SELECT password_hash FROM accounts", []).await;
    assert!(stored.starts_with("$argon2id$v=19$m=8192,t=1,p=1$") && !stored.contains(PASSWORD), "{stored}");
}

async fn bad_input_is_refused_and_leaves_nothing(app: App) {
    let anna = || new_account("anna");
    let cases = [
        (SignUp { username: Some("a".into()), ..anna() }, Refusal::InvalidUsername),
        (SignUp { email: "anna".into(), ..anna() }, Refusal::InvalidEmail),
        (SignUp { name: " ".into(), ..anna() }, Refusal::InvalidName),
        (SignUp { phone: Some("call me".into()), ..anna() }, Refusal::InvalidPhone),
        (SignUp { password: Secret::new("short".into()), ..anna() }, Refusal::WeakPassword),
        (SignUp { password: Secret::new("anna@example.org".into()), ..anna() }, Refusal::WeakPassword),
        (SignUp { idempotency_key: Some(String::new()), ..anna() }, Refusal::InvalidIdempotencyKey),
        (SignUp { idempotency_key: Some("k".repeat(256)), ..anna() }, Refusal::InvalidIdempotencyKey),
        (SignUp { idempotency_key: Some("k k".into()), ..anna() }, Refusal::InvalidIdempotencyKey),
    ];
    for (input, expected) in cases {
        assert_eq!(refusal(sign_up(&app.services, &input).await), expected);
    }
    for table in ["accounts", "sessions", "refresh_tokens", "idempotency_keys", "events", "mails", "mailed_links"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    assert_eq!(app.wakes(), 0);
}

async fn names_and_addresses_are_unique_ignoring_case(app: App) {
    app.member("anna").await;
    let name = SignUp { username: Some("ANNA".into()), email: "other@example.org".into(), ..new_account("anna") };
    assert_eq!(refusal(sign_up(&app.services, &name).await), Refusal::UsernameTaken);
    let address = SignUp { username: Some("other".into()), email: "Anna@Example.ORG".into(), ..new_account("anna") };
    assert_eq!(refusal(sign_up(&app.services, &address).await), Refusal::EmailTaken);
}

async fn of_twenty_who_want_one_name_at_once_one_gets_it(app: App) {
    let acts = (0..20).map(|index| {
        let app = app.clone();
        async move {
            let username = if index % 2 == 0 { "anna" } else { "ANNA" };
            sign_up(&app.services, &SignUp { email: format!("a{index}@example.org"), ..new_account(username) }).await
        }
    });
    let (signed_in, refusals) = all_at_once(acts).await;
    assert_eq!((signed_in.len(), refusals), (1, vec![Refusal::UsernameTaken; 19]));
    assert_eq!((app.count("accounts").await, app.count("events").await), (1, 1));
}

async fn a_repeated_sign_up_gives_the_same_account_and_a_fresh_session(app: App) {
    let input = SignUp { idempotency_key: Some("k1".into()), ..new_account("anna") };
    let first = sign_up(&app.services, &input).await.unwrap();
    let second = sign_up(&app.services, &input).await.unwrap();
    assert_eq!(first.account_id, second.account_id);
    let sid = |principal: upline::auth::principal::Principal| principal.caller().unwrap().sid.clone();
    assert_ne!(sid(app.principal(&first).await), sid(app.principal(&second).await));
    assert_eq!((app.count("accounts").await, app.count("events").await, app.count("sessions").await), (1, 1, 2));

    app.execute("UPDATE accounts SET status = 'BLOCKED'", []).await;
    assert_eq!(refusal(sign_up(&app.services, &input).await), Refusal::AccountBlocked);
}

async fn a_repetition_after_the_password_was_changed_is_wrong_credentials(app: App) {
    let input = SignUp { idempotency_key: Some("k1".into()), ..new_account("anna") };
    let signed_in = sign_up(&app.services, &input).await.unwrap();
    let new = Secret::new("another password".to_owned());
    let change = ChangePassword { present: Secret::new(PASSWORD.to_owned()), new: new.clone() };
    change_password(&app.services, &app.principal(&signed_in).await, &change).await.unwrap();
    assert_eq!(refusal(sign_up(&app.services, &input).await), Refusal::WrongCredentials);
    let other = SignUp { password: new, ..input };
    assert_eq!(refusal(sign_up(&app.services, &other).await), Refusal::IdempotencyConflict);
    assert_eq!(app.count("sessions").await, 1);
}

async fn strangers_may_choose_the_same_key(app: App) {
    for username in ["anna", "bert"] {
        sign_up(&app.services, &SignUp { idempotency_key: Some("k1".into()), ..new_account(username) }).await.unwrap();
    }
    let again = SignUp { username: Some("ANNA".into()), idempotency_key: Some("k1".into()), ..new_account("anna") };
    assert_eq!(refusal(sign_up(&app.services, &again).await), Refusal::IdempotencyConflict);
    assert_eq!(app.count("accounts").await, 2);
}

async fn twenty_repetitions_at_once_make_one_account(app: App) {
    let acts = (0..20).map(|_| {
        let app = app.clone();
        async move { sign_up(&app.services, &SignUp { idempotency_key: Some("k1".into()), ..new_account("anna") }).await }
    });
    let (signed_in, refusals) = all_at_once(acts).await;
    assert_eq!((signed_in.len(), refusals), (20, vec![]));
    assert!(signed_in.iter().all(|one| one.account_id == signed_in[0].account_id));
    assert_eq!((app.count("accounts").await, app.count("events").await), (1, 1));
}

async fn an_idempotency_key_stands_for_one_request(app: App) {
    let input = || SignUp { idempotency_key: Some("k1".into()), ..new_account("anna") };
    sign_up(&app.services, &input()).await.unwrap();
    for other in [
        SignUp { username: Some("Anna".into()), ..input() },
        SignUp { email: "bert@example.org".into(), ..input() },
        SignUp { name: "Bert".into(), ..input() },
        SignUp { phone: Some("112".into()), ..input() },
        SignUp { password: Secret::new("another password".into()), ..input() },
    ] {
        assert_eq!(refusal(sign_up(&app.services, &other).await), Refusal::IdempotencyConflict);
    }
    let hash: Vec<u8> = app.value("SELECT body_hash FROM idempotency_keys", []).await;
    assert_eq!(hash.len(), 32);
}

async fn a_person_logs_in_by_name_or_address_in_any_case(app: App) {
    let anna = app.member("anna").await;
    for login in ["anna", "ANNA", "anna@example.org", "Anna@Example.Org"] {
        let signed_in = log_in(&app.services, &log(login, PASSWORD)).await.unwrap();
        assert_eq!(signed_in.account_id, anna.tokens.account_id);
        app.principal(&signed_in).await;
    }
}

async fn unknown_wrong_and_dormant_get_one_answer(app: App) {
    for username in ["anna", "blocked", "dormant"] {
        app.member(username).await;
    }
    app.execute("UPDATE accounts SET status = 'BLOCKED' WHERE username = 'blocked'", []).await;
    app.execute("UPDATE accounts SET status = 'DORMANT', password_hash = NULL WHERE username = 'dormant'", []).await;
    for (login, password) in [
        ("nobody", PASSWORD),
        ("no@body.org", PASSWORD),
        ("anna", "wrong password"),
        ("blocked", "wrong password"),
        ("dormant", PASSWORD),
        ("", ""),
    ] {
        assert_eq!(refusal(log_in(&app.services, &log(login, password)).await), Refusal::WrongCredentials, "{login}");
    }
    assert_eq!(app.count("sessions").await, 3);
}
