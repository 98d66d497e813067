//! Whether an address is theirs.

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{
    RequestEmailVerification, VerifyEmail, log_in, refresh_token, request_email_verification, request_password_reset, reset_password,
    verify_email,
};
use upline::commands::partners::{BecomePartner, become_partner};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::clients::Client;
use upline::domain::mails::MailKind;
use upline::domain::refusal::Refusal;
use upline::store::account_changes::forget_address;

use super::{forgotten, letters, log, mailed, reset};
use crate::app::{App, PASSWORD, on_both_databases, refusal};

on_both_databases!(
    the_welcome_mail_proves_the_address,
    another_mail_may_be_asked_for,
    a_changed_address_is_not_proven_and_its_links_are_dead,
    who_must_prove_the_address_signs_in_afterwards,
    who_must_prove_the_address_joins_afterwards,
);

fn verify(token: &str) -> VerifyEmail {
    VerifyEmail { token: Secret::new(token.to_owned()), client: Client::default() }
}

fn again(login: Option<&str>) -> RequestEmailVerification {
    RequestEmailVerification { login: login.map(str::to_owned), client: Client::default() }
}

async fn the_welcome_mail_proves_the_address(app: App) {
    app.member("anna").await;
    let mails = letters(&app).await;
    assert_eq!((mails.len(), mails[0].kind, mails[0].to.as_str()), (1, MailKind::EmailVerification, "anna@example.org"));
    assert!(mails[0].text.starts_with("Welcome to Upline.\n") && mails[0].text.contains("within 7 days"));
    let link = super::token(&mails[0].text);
    assert_eq!(refusal(verify_email(&app.services, &verify("unknown")).await), Refusal::LinkInvalid);
    assert_eq!(app.count("accounts WHERE email_verified_at IS NOT NULL").await, 0);
    app.clock.advance(7 * 86_400 - 1);
    verify_email(&app.services, &verify(&link)).await.unwrap();
    assert_eq!(app.count("accounts WHERE email_verified_at IS NOT NULL").await, 1);
    assert_eq!(app.events().await.last().unwrap().0, "EMAIL_VERIFIED");
    assert_eq!(refusal(verify_email(&app.services, &verify(&link)).await), Refusal::LinkInvalid);

    app.member("bert").await;
    let late = mailed(&app, MailKind::EmailVerification).await;
    app.clock.advance(7 * 86_400);
    assert_eq!(refusal(verify_email(&app.services, &verify(&late)).await), Refusal::LinkInvalid);
}

async fn another_mail_may_be_asked_for(app: App) {
    let anna = app.member("anna").await;
    letters(&app).await;
    let ask = async |who: &Principal, login| request_email_verification(&app.services, who, &again(login)).await;
    assert!(matches!(ask(&Principal::Anonymous, None).await, Err(Error::Unauthenticated)));
    // The mail of the sign-up counts.
    ask(&anna.principal, None).await.unwrap();
    ask(&Principal::Anonymous, Some("anna")).await.unwrap();
    assert_eq!(refusal(ask(&anna.principal, None).await), Refusal::TooManyTries { minutes: 60 });
    for login in ["anna", "nobody"] {
        ask(&Principal::Anonymous, Some(login)).await.unwrap();
    }
    let mails = letters(&app).await;
    assert_eq!(mails.len(), 2);
    verify_email(&app.services, &verify(&super::token(&mails[0].text))).await.unwrap();
    assert_eq!(refusal(verify_email(&app.services, &verify(&super::token(&mails[1].text))).await), Refusal::LinkInvalid);
    app.clock.advance(3600);
    assert_eq!(refusal(ask(&anna.principal, None).await), Refusal::EmailAlreadyVerified);
    ask(&Principal::Anonymous, Some("anna")).await.unwrap();
    assert_eq!(letters(&app).await.len(), 0);
}

async fn a_changed_address_is_not_proven_and_its_links_are_dead(app: App) {
    let anna = app.member("anna").await;
    verify_email(&app.services, &verify(&mailed(&app, MailKind::EmailVerification).await)).await.unwrap();
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    let sent = mailed(&app, MailKind::PasswordReset).await;
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    let transaction = app.services.database.begin().await.unwrap();
    forget_address(&transaction, anna.tokens.account_id, app.services.now()).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(app.count("accounts WHERE email_verified_at IS NOT NULL").await, 0);
    assert_eq!(refusal(reset_password(&app.services, &reset(&sent, "a new long password")).await), Refusal::LinkInvalid);
    assert_eq!(letters(&app).await.len(), 0, "what waited for the old address is not sent");
    assert_eq!(app.count("mails WHERE given_up_at IS NOT NULL AND data IS NULL AND failure = 'the address was changed'").await, 1);
}

async fn who_must_prove_the_address_signs_in_afterwards(app: App) {
    let app = app.with(&["auth.verify_before_sign_in=true"]);
    let anna = app.member("anna").await;
    let link = mailed(&app, MailKind::EmailVerification).await;
    let sign_in = async |password| log_in(&app.services, &log("anna", password, Client::default())).await;
    assert_eq!(refusal(sign_in("wrong password").await), Refusal::WrongCredentials);
    assert_eq!(refusal(sign_in(PASSWORD).await), Refusal::EmailNotVerified);
    let renew = async || refresh_token(&app.services, anna.tokens.refresh_token.expose()).await;
    assert_eq!(refusal(renew().await), Refusal::EmailNotVerified);
    app.principal(&anna.tokens).await;
    app.clock.advance(10 * 60);
    assert_eq!(app.authenticate(anna.token()).await, None, "the session of the sign-up lasts one access token");
    verify_email(&app.services, &verify(&link)).await.unwrap();
    renew().await.unwrap();
    sign_in(PASSWORD).await.unwrap();
    // Those who make staff know it.
    app.staff("olga", Role::Operator, &[Scope::Network]).await;
    log_in(&app.services, &log("olga", PASSWORD, Client::default())).await.unwrap();
}

async fn who_must_prove_the_address_joins_afterwards(app: App) {
    let app = app.with(&["auth.verify_before_joining=true"]);
    let anna = app.member("anna").await;
    let join = async || become_partner(&app.services, &anna.principal, &BecomePartner::default()).await;
    assert_eq!(refusal(join().await), Refusal::EmailNotVerified);
    verify_email(&app.services, &verify(&mailed(&app, MailKind::EmailVerification).await)).await.unwrap();
    join().await.unwrap();
}
