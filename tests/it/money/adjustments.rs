//! creditWallet and debitWallet.

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::wallets::{AdjustWallet, Direction, adjust_wallet};
use upline::domain::accounts::Scope;
use upline::domain::refusal::Refusal;

use super::{available, credit, sum, treasurer};
use crate::app::{App, all_at_once, on_both_databases, refusal};

on_both_databases!(
    a_credit_and_a_debit_move_the_wallet_and_are_recorded,
    only_operators_with_the_scope_adjust_wallets,
    a_wallet_is_never_debited_below_nothing,
    rival_debits_take_no_more_than_there_is,
    one_key_moves_money_once,
    sums_that_cannot_be_paid_are_refused,
);

fn adjust(partner: i64, direction: Direction, amount: &str) -> AdjustWallet {
    AdjustWallet { partner, direction, sum: sum(amount), reason: "by hand".to_owned(), idempotency_key: None }
}

async fn a_credit_and_a_debit_move_the_wallet_and_are_recorded(app: App) {
    let partner = app.join("anna", None, None).await.unwrap().number;
    let operator = treasurer(&app).await;
    let wakes = app.wakes();
    let journal = adjust_wallet(&app.services, &operator, &adjust(partner, Direction::Credit, "12.50")).await.unwrap();
    adjust_wallet(&app.services, &operator, &adjust(partner, Direction::Debit, "2.25")).await.unwrap();
    assert_eq!((available(&app, partner).await, app.wakes()), (102_500, wakes + 2));
    let payload = format!(r#"{{"partner":{partner},"journal":{journal}}}"#);
    assert!(app.events().await.contains(&("BALANCE_CHANGED".to_owned(), payload)));
    let detail: String = app.value("SELECT detail FROM audit_entries WHERE action = 'creditWallet'", []).await;
    assert_eq!(detail, format!(r#"{{"amount":"12.5","currency":"USD","journal":{journal},"reason":"by hand"}}"#));
}

async fn only_operators_with_the_scope_adjust_wallets(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let other = app.join("other", None, None).await.unwrap();
    credit(&app, &treasurer(&app).await, anna.number, "100").await;
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Payouts).collect();
    let unscoped = app.operator("unscoped", &others).await;
    let missing = Refusal::ScopeMissing { scope: "payouts" };
    for direction in [Direction::Credit, Direction::Debit] {
        let act = adjust(anna.number, direction, "1");
        assert!(matches!(adjust_wallet(&app.services, &Principal::Anonymous, &act).await, Err(Error::Unauthenticated)));
        for principal in [&anna, &root, &other].map(|partner| &partner.member.principal).into_iter().chain([&unscoped]) {
            assert_eq!(refusal(adjust_wallet(&app.services, principal, &act).await), missing);
        }
    }
    assert_eq!(available(&app, anna.number).await, 1_000_000);
}

async fn a_wallet_is_never_debited_below_nothing(app: App) {
    let partner = app.join("anna", None, None).await.unwrap().number;
    let operator = treasurer(&app).await;
    let debit = adjust(partner, Direction::Debit, "0.01");
    assert_eq!(refusal(adjust_wallet(&app.services, &operator, &debit).await), Refusal::InsufficientFunds);
    credit(&app, &operator, partner, "5").await;
    let debit = adjust(partner, Direction::Debit, "5.01");
    assert_eq!(refusal(adjust_wallet(&app.services, &operator, &debit).await), Refusal::InsufficientFunds);
    let unknown = adjust(999, Direction::Credit, "5");
    assert_eq!(refusal(adjust_wallet(&app.services, &operator, &unknown).await), Refusal::PartnerUnknown);
    assert_eq!((available(&app, partner).await, app.count("journals").await), (50_000, 1));
}

async fn rival_debits_take_no_more_than_there_is(app: App) {
    let partner = app.join("anna", None, None).await.unwrap().number;
    let operator = treasurer(&app).await;
    for _ in 0..5 {
        credit(&app, &operator, partner, "32").await;
        let acts = (0..64).map(|_| {
            let (app, operator, act) = (app.clone(), operator.clone(), adjust(partner, Direction::Debit, "1"));
            async move { adjust_wallet(&app.services, &operator, &act).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals), (32, vec![Refusal::InsufficientFunds; 32]));
        assert_eq!(available(&app, partner).await, 0);
    }
}

async fn one_key_moves_money_once(app: App) {
    let partner = app.join("anna", None, None).await.unwrap().number;
    let operator = treasurer(&app).await;
    let act = AdjustWallet { idempotency_key: Some("key-1".to_owned()), ..adjust(partner, Direction::Credit, "7") };
    let acts = (0..20).map(|_| {
        let (app, operator, act) = (app.clone(), operator.clone(), act.clone());
        async move { adjust_wallet(&app.services, &operator, &act).await }
    });
    let (mut journals, refusals) = all_at_once(acts).await;
    journals.dedup();
    assert_eq!((journals.len(), refusals.len()), (1, 0));
    assert_eq!((available(&app, partner).await, app.count("journals").await), (70_000, 1));
    let other = AdjustWallet { sum: sum("8"), ..act.clone() };
    assert_eq!(refusal(adjust_wallet(&app.services, &operator, &other).await), Refusal::IdempotencyConflict);
    // A refused act leaves its key free.
    let debit = AdjustWallet { idempotency_key: Some("key-2".to_owned()), ..adjust(partner, Direction::Debit, "9") };
    assert_eq!(refusal(adjust_wallet(&app.services, &operator, &debit).await), Refusal::InsufficientFunds);
    credit(&app, &operator, partner, "2").await;
    adjust_wallet(&app.services, &operator, &debit).await.unwrap();
    assert_eq!(available(&app, partner).await, 0);
}

async fn sums_that_cannot_be_paid_are_refused(app: App) {
    let partner = app.join("anna", None, None).await.unwrap().number;
    let operator = treasurer(&app).await;
    for amount in ["0", "-1", "1e400", "NaN", "0.00000000000000000001", "0.005", "922337203685477.5808", "", "1,5"] {
        let outcome = adjust_wallet(&app.services, &operator, &adjust(partner, Direction::Credit, amount)).await;
        assert!(matches!(refusal(outcome), Refusal::InvalidAmount { .. }), "{amount}");
    }
    let mut euros = adjust(partner, Direction::Credit, "1");
    euros.sum.currency = Some("EUR".to_owned());
    let known = Refusal::CurrencyUnknown { named: "EUR".to_owned(), known: "USD" };
    assert_eq!(refusal(adjust_wallet(&app.services, &operator, &euros).await), known);
    // As much as fits, and not a cent more.
    let most = "99999999999999.99";
    for _ in 0..9 {
        adjust_wallet(&app.services, &operator, &adjust(partner, Direction::Credit, most)).await.unwrap();
    }
    let full = adjust_wallet(&app.services, &operator, &adjust(partner, Direction::Credit, most)).await;
    assert_eq!(refusal(full), Refusal::WalletFull);
    assert_eq!(app.count("journals").await, 9);
    for reason in ["", "   ", &"x".repeat(201), "a\u{7}"] {
        let act = AdjustWallet { reason: reason.to_owned(), ..adjust(partner, Direction::Credit, "1") };
        assert_eq!(refusal(adjust_wallet(&app.services, &operator, &act).await), Refusal::InvalidReason);
    }
}
