//! transferFunds.

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::accounts::{SetTransactionPassword, set_transaction_password};
use upline::commands::wallets::{Transfer, transfer};
use upline::config::secrets::Secret;
use upline::domain::amount::Amount;
use upline::domain::refusal::Refusal;

use super::{SPENDING, available, credit, rounds, sum, treasurer, wealthy};
use crate::app::{App, all_at_once, on_both_databases, refusal};

on_both_databases!(
    a_transfer_moves_the_sum_and_its_fee,
    who_may_not_transfer_is_told_why,
    rivals_spend_a_wallet_once,
    transfers_in_a_circle_never_wait_for_each_other,
    a_repetition_is_answered_though_the_password_has_changed,
);

fn pay(to: i64, amount: &str) -> Transfer {
    let transaction_password = Secret::new(SPENDING.to_owned());
    Transfer { to, sum: sum(amount), memo: Some("for lunch".to_owned()), transaction_password, idempotency_key: None }
}

async fn a_transfer_moves_the_sum_and_its_fee(app: App) {
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "100").await;
    let bert = app.join("bert", None, None).await.unwrap();
    let charged = app.with(&["wallet.transfer_fee=0.50"]);
    let journal = transfer(&charged.services, &anna.member.principal, &pay(bert.number, "20")).await.unwrap();
    assert_eq!((available(&app, anna.number).await, available(&app, bert.number).await), (795_000, 200_000));
    let sql =
        "SELECT CAST(sum(p.amount) AS BIGINT) FROM postings AS p JOIN ledger_accounts AS a ON a.id = p.account_id WHERE a.kind = 'FEES'";
    assert_eq!(app.value::<i64>(sql, []).await, 5_000);
    let told = app.events().await.into_iter().filter(|(_, payload)| payload.contains(&format!("\"journal\":{journal}}}"))).count();
    assert_eq!(told, 2, "both partners are told");
}

async fn who_may_not_transfer_is_told_why(app: App) {
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "100").await;
    let bert = app.join("bert", None, None).await.unwrap();
    let (member, to) = (app.member("member").await.principal, bert.number);
    assert!(matches!(transfer(&app.services, &Principal::Anonymous, &pay(to, "1")).await, Err(Error::Unauthenticated)));
    for nobody in [&member, &operator] {
        assert_eq!(refusal(transfer(&app.services, nobody, &pay(to, "1")).await), Refusal::NotPartner);
    }
    credit(&app, &operator, to, "50").await;
    let unset = transfer(&app.services, &bert.member.principal, &pay(anna.number, "1")).await;
    assert_eq!(refusal(unset), Refusal::WrongTransactionPassword, "none was set");
    app.execute(
        "INSERT INTO accounts (username, name, role, scopes, status, created_at) VALUES ('gone', 'G', 'MEMBER', '', 'ACTIVE', 0)",
        [],
    )
    .await;
    let [lowest, highest] = [Amount::from_units(10_000), Amount::from_units(100_000_000)];
    for (act, expected) in [
        (pay(anna.number, "1"), Refusal::SameWallet),
        (pay(999, "1"), Refusal::PartnerUnknown),
        (pay(to, "0.99"), Refusal::OutsideTransferLimits { lowest, highest }),
        (pay(to, "10000.01"), Refusal::OutsideTransferLimits { lowest, highest }),
        (pay(to, "100.01"), Refusal::InsufficientFunds),
        (Transfer { memo: Some(String::new()), ..pay(to, "1") }, Refusal::InvalidReason),
        (Transfer { transaction_password: Secret::new("wrong".to_owned()), ..pay(to, "1") }, Refusal::WrongTransactionPassword),
    ] {
        assert_eq!(refusal(transfer(&app.services, &anna.member.principal, &act).await), expected);
    }
    let closed = app.with(&["wallet.transfers=false"]);
    assert_eq!(refusal(transfer(&closed.services, &anna.member.principal, &pay(to, "1")).await), Refusal::TransfersOff);
    app.execute("UPDATE partners SET status = 'TERMINATED' WHERE id = $1", [to.into()]).await;
    assert_eq!(refusal(transfer(&app.services, &anna.member.principal, &pay(to, "1")).await), Refusal::PartnerUnknown);
    app.execute("UPDATE partners SET status = 'SUSPENDED' WHERE id = $1", [anna.number.into()]).await;
    assert_eq!(refusal(transfer(&app.services, &anna.member.principal, &pay(to, "1")).await), Refusal::PartnerNotActive);
    assert_eq!(available(&app, anna.number).await, 1_000_000);
}

/// Promise P02: 64 spend 1 each of a wallet of 32.
async fn rivals_spend_a_wallet_once(app: App) {
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "32").await;
    let bert = app.join("bert", None, None).await.unwrap();
    for round in 1..=rounds(1) {
        let acts = (0..64).map(|_| {
            let (app, anna, act) = (app.clone(), anna.member.principal.clone(), pay(bert.number, "1"));
            async move { transfer(&app.services, &anna, &act).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals), (32, vec![Refusal::InsufficientFunds; 32]));
        assert_eq!((available(&app, anna.number).await, available(&app, bert.number).await), (0, 320_000 * round));
        credit(&app, &operator, anna.number, "32").await;
    }
}

async fn transfers_in_a_circle_never_wait_for_each_other(app: App) {
    let operator = treasurer(&app).await;
    let mut circle = Vec::new();
    for name in ["anna", "bert", "carl"] {
        circle.push(wealthy(&app, &operator, name, "100").await);
    }
    let acts = (0..60_usize).map(|index| {
        let (app, from, act) = (app.clone(), circle[index % 3].member.principal.clone(), pay(circle[(index + 1) % 3].number, "3"));
        async move { transfer(&app.services, &from, &act).await }
    });
    let (done, refusals) = all_at_once(acts).await;
    assert_eq!((done.len(), refusals.len()), (60, 0));
    for partner in &circle {
        assert_eq!(available(&app, partner.number).await, 1_000_000);
    }
}

async fn a_repetition_is_answered_though_the_password_has_changed(app: App) {
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "100").await;
    let bert = app.join("bert", None, None).await.unwrap();
    let act = Transfer { idempotency_key: Some("lunch-1".to_owned()), ..pay(bert.number, "20") };
    let journal = transfer(&app.services, &anna.member.principal, &act).await.unwrap();
    let secrets = SetTransactionPassword { present: Secret::new(SPENDING.to_owned()), new: Secret::new("another secret".to_owned()) };
    set_transaction_password(&app.services, &anna.member.principal, &secrets).await.unwrap();
    assert_eq!(transfer(&app.services, &anna.member.principal, &act).await.unwrap(), journal);
    let other = Transfer { sum: sum("21"), ..act };
    assert_eq!(refusal(transfer(&app.services, &anna.member.principal, &other).await), Refusal::WrongTransactionPassword);
    assert_eq!((available(&app, anna.number).await, available(&app, bert.number).await), (800_000, 200_000));
}
