//! Accounts that operators bar.

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{Block, block_account, log_in, refresh_token, request_password_reset, unblock_account};
use upline::domain::accounts::{AccountStatus, Role, Scope};
use upline::domain::clients::Client;
use upline::domain::refusal::Refusal;

use super::{forgotten, letters, log};
use crate::app::{App, PASSWORD, on_both_databases, refusal};
use crate::graphql::served::Served;
use crate::graphql::streams::{Subscriber, Way};

on_both_databases!(
    a_blocked_account_is_out_at_once_and_hears_why_by_its_password_only,
    only_operators_with_the_scope_block_and_only_owners_block_owners,
    an_account_without_a_password_comes_back_without_one,
    of_rival_blocks_one_is_written_down,
    a_block_ends_open_streams_though_nothing_else_happens,
);

fn block(username: &str) -> Block {
    Block { username: username.to_owned(), reason: "chargebacks".to_owned() }
}

async fn a_blocked_account_is_out_at_once_and_hears_why_by_its_password_only(app: App) {
    let anna = app.member("anna").await;
    let operator = app.operator("olga", &[Scope::Network]).await;
    request_password_reset(&app.services, &forgotten("anna")).await.unwrap();
    let status = block_account(&app.services, &operator, &block("ANNA")).await.unwrap();
    assert_eq!(status, AccountStatus::Blocked);
    assert_eq!(app.authenticate(anna.token()).await, None);
    assert_eq!(refusal(refresh_token(&app.services, anna.tokens.refresh_token.expose()).await), Refusal::RefreshTokenInvalid);
    assert_eq!(app.count("sessions WHERE end_reason = 'BLOCKED'").await, 1);
    let sign_in = async |password| log_in(&app.services, &log("anna", password, Client::default())).await;
    assert_eq!(refusal(sign_in("wrong password").await), Refusal::WrongCredentials);
    assert_eq!(refusal(sign_in(PASSWORD).await), Refusal::AccountBlocked);
    let letters = letters(&app).await;
    assert!(letters.iter().all(|letter| letter.to == "olga@example.org"), "nothing is mailed to who is blocked");
    let detail: String = app.value("SELECT detail FROM audit_entries WHERE action = 'blockAccount'", []).await;
    assert_eq!(detail, r#"{"reason":"chargebacks"}"#);
    assert_eq!(app.events().await.last().unwrap().0, "ACCOUNT_BLOCKED");
    assert_eq!(refusal(block_account(&app.services, &operator, &block("anna")).await), Refusal::AccountMovedOn { status: "blocked" });

    assert_eq!(unblock_account(&app.services, &operator, &block("anna")).await.unwrap(), AccountStatus::Active);
    sign_in(PASSWORD).await.unwrap();
    assert_eq!(app.authenticate(anna.token()).await, None, "what ended stays ended");
    assert_eq!(refusal(unblock_account(&app.services, &operator, &block("anna")).await), Refusal::AccountMovedOn { status: "open" });
    assert_eq!(app.count("audit_entries WHERE action IN ('blockAccount', 'unblockAccount')").await, 2);
}

async fn only_operators_with_the_scope_block_and_only_owners_block_owners(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let stranger = app.member("stranger").await.principal;
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Network).collect();
    let (unscoped, operator) = (app.operator("unscoped", &others).await, app.operator("olga", &[Scope::Network]).await);
    let [boss, chief] = [app.staff("boss", Role::Owner, &[]).await.principal, app.staff("chief", Role::Owner, &[]).await.principal];
    let missing = Refusal::ScopeMissing { scope: "network" };
    for who in [&anna.member.principal, &root.member.principal, &stranger, &unscoped] {
        for username in ["anna", "nobody"] {
            assert_eq!(refusal(block_account(&app.services, who, &block(username)).await), missing);
            assert_eq!(refusal(unblock_account(&app.services, who, &block(username)).await), missing);
        }
    }
    for outcome in [
        block_account(&app.services, &Principal::Anonymous, &block("anna")).await,
        unblock_account(&app.services, &Principal::Anonymous, &block("anna")).await,
    ] {
        assert!(matches!(outcome, Err(Error::Unauthenticated)));
    }
    let refused = async |who, username: &str| refusal(block_account(&app.services, who, &block(username)).await);
    assert_eq!(refused(&operator, "nobody").await, Refusal::AccountUnknown);
    assert_eq!(refused(&operator, "anna@example.org").await, Refusal::AccountUnknown);
    assert_eq!(refused(&operator, "olga").await, Refusal::OwnAccount);
    assert_eq!(refused(&operator, "boss").await, Refusal::OwnerAccount);
    assert_eq!(refused(&boss, "boss").await, Refusal::OwnAccount);
    for reason in ["", "  ", &"x".repeat(201), "a\nb"] {
        let input = Block { reason: reason.to_owned(), ..block("anna") };
        assert_eq!(refusal(block_account(&app.services, &operator, &input).await), Refusal::InvalidReason);
    }
    assert_eq!(app.count("accounts WHERE status <> 'ACTIVE'").await + app.count("audit_entries").await, 0);
    block_account(&app.services, &boss, &block("chief")).await.unwrap();
    assert_eq!(refusal(unblock_account(&app.services, &operator, &block("chief")).await), Refusal::OwnerAccount);
    assert_eq!(app.authenticate("").await, None);
    unblock_account(&app.services, &boss, &block("chief")).await.unwrap();
    drop(chief);
    block_account(&app.services, &operator, &block("anna")).await.unwrap();
    block_account(&app.services, &operator, &block("unscoped")).await.unwrap();
}

async fn an_account_without_a_password_comes_back_without_one(app: App) {
    app.member("anna").await;
    app.execute("UPDATE accounts SET status = 'DORMANT', password_hash = NULL WHERE username = 'anna'", []).await;
    let operator = app.operator("olga", &[Scope::Network]).await;
    block_account(&app.services, &operator, &block("anna")).await.unwrap();
    assert_eq!(unblock_account(&app.services, &operator, &block("anna")).await.unwrap(), AccountStatus::Dormant);
    assert_eq!(app.count("accounts WHERE status = 'DORMANT'").await, 1);
}

async fn of_rival_blocks_one_is_written_down(app: App) {
    app.member("anna").await;
    let operator = app.operator("olga", &[Scope::Network]).await;
    let acts = (0..8).map(|_| {
        let (app, operator) = (app.clone(), operator.clone());
        async move { block_account(&app.services, &operator, &block("anna")).await }
    });
    let (done, refusals) = crate::app::all_at_once(acts).await;
    assert_eq!((done.len(), refusals), (1, vec![Refusal::AccountMovedOn { status: "blocked" }; 7]));
    assert_eq!(app.count("audit_entries WHERE action = 'blockAccount'").await, 1);
}

async fn a_block_ends_open_streams_though_nothing_else_happens(app: App) {
    let served = Served::start(&app).await;
    for (way, username) in [(Way::WebSocket, "anna"), (Way::ServerSentEvents, "bert")] {
        let partner = app.join(username, None, None).await.unwrap();
        let operator = app.operator(&format!("operator-{username}"), &[Scope::Network]).await;
        let mut subscriber = Subscriber::follow(&served, way, partner.member.token(), "").await;
        // The stream must have begun: it hears of a recruit.
        let recruit = {
            let (app, code) = (served.app.clone(), partner.code.clone());
            let name = format!("{username}-recruit");
            tokio::spawn(async move { app.join(&name, Some(&code), None).await.unwrap().number })
        };
        let joined = subscriber.event().await;
        assert_eq!(crate::graphql::streams::number(&joined), recruit.await.unwrap());
        block_account(&served.app.services, &operator, &block(username)).await.unwrap();
        assert_eq!(subscriber.end().await["code"], "UNAUTHENTICATED", "{way:?}");
    }
}
