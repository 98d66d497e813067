//! reverseJournal.

use serde_json::json;
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::wallets::{AdjustWallet, Direction, ReverseJournal, Transfer, adjust_wallet, reverse_journal, transfer};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};
use upline::domain::ledger::JournalKind;
use upline::domain::refusal::Refusal;

use super::payouts::request;
use super::{SPENDING, available, credit, sum, treasurer, wealthy};
use crate::app::{App, TestPartner, all_at_once, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    a_transfer_is_taken_back_with_its_fee,
    what_is_spent_or_belongs_to_something_else_is_not_taken_back,
    only_operators_with_the_scope_take_journals_back,
    of_rivals_one_takes_a_journal_back,
    a_reversal_over_graphql,
);

fn back(journal: i64) -> ReverseJournal {
    ReverseJournal { journal, reason: "sent to the wrong one".to_owned(), idempotency_key: None }
}

async fn pay(app: &App, from: &TestPartner, to: i64, amount: &str) -> i64 {
    let transaction_password = Secret::new(SPENDING.to_owned());
    let act = Transfer { to, sum: sum(amount), memo: None, transaction_password, idempotency_key: None };
    transfer(&app.services, &from.member.principal, &act).await.unwrap()
}

async fn a_transfer_is_taken_back_with_its_fee(app: App) {
    let app = app.with(&["wallet.transfer_fee=1"]);
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "100").await;
    let bert = app.join("bert", None, None).await.unwrap();
    let journal = pay(&app, &anna, bert.number, "30").await;
    assert_eq!((available(&app, anna.number).await, available(&app, bert.number).await), (690_000, 300_000));
    let act = ReverseJournal { idempotency_key: Some("once".to_owned()), ..back(journal) };
    let reversal = reverse_journal(&app.services, &operator, &act).await.unwrap();
    assert_eq!((available(&app, anna.number).await, available(&app, bert.number).await), (1_000_000, 0));
    assert_eq!(app.count(&format!("journals WHERE id = {reversal} AND kind = 'REVERSAL' AND reverses_id = {journal}")).await, 1);
    assert_eq!(app.count(&format!("audit_entries WHERE action = 'reverseJournal' AND subject = 'journal:{journal}'")).await, 1);
    assert_eq!(reverse_journal(&app.services, &operator, &act).await.unwrap(), reversal, "the same key");
    assert_eq!(refusal(reverse_journal(&app.services, &operator, &back(journal)).await), Refusal::JournalReversed);
    let kind = JournalKind::Reversal;
    assert_eq!(refusal(reverse_journal(&app.services, &operator, &back(reversal)).await), Refusal::JournalNotReversible { kind });
    for partner in [anna.number, bert.number] {
        assert!(app.events().await.contains(&("BALANCE_CHANGED".to_owned(), format!(r#"{{"partner":{partner},"journal":{reversal}}}"#))));
    }
}

async fn what_is_spent_or_belongs_to_something_else_is_not_taken_back(app: App) {
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "200").await;
    let bert = app.join("bert", None, None).await.unwrap();
    let gift: i64 = app.value("SELECT max(id) FROM journals", []).await;
    let payment = pay(&app, &anna, bert.number, "60").await;
    // The wallet holds 140 of the 200 that were given.
    assert_eq!(refusal(reverse_journal(&app.services, &operator, &back(gift)).await), Refusal::InsufficientFunds);
    request(&app, &anna.member.principal, "100").await;
    let held: i64 = app.value("SELECT max(id) FROM journals", []).await;
    let kind = JournalKind::PayoutRequest;
    assert_eq!(refusal(reverse_journal(&app.services, &operator, &back(held)).await), Refusal::JournalNotReversible { kind });
    assert_eq!(refusal(reverse_journal(&app.services, &operator, &back(999)).await), Refusal::JournalUnknown);
    let wordless = ReverseJournal { reason: " ".to_owned(), ..back(payment) };
    assert_eq!(refusal(reverse_journal(&app.services, &operator, &wordless).await), Refusal::InvalidReason);
    let debit = AdjustWallet {
        partner: bert.number,
        direction: Direction::Debit,
        sum: sum("60"),
        reason: "a fine".to_owned(),
        idempotency_key: None,
    };
    let debit = adjust_wallet(&app.services, &operator, &debit).await.unwrap();
    reverse_journal(&app.services, &operator, &back(debit)).await.unwrap();
    reverse_journal(&app.services, &operator, &back(payment)).await.unwrap();
    assert_eq!((available(&app, anna.number).await, available(&app, bert.number).await), (1_000_000, 0));
}

async fn only_operators_with_the_scope_take_journals_back(app: App) {
    let root = app.join("root", None, None).await.unwrap();
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    let other = app.join("other", None, None).await.unwrap();
    credit(&app, &treasurer(&app).await, anna.number, "100").await;
    let gift: i64 = app.value("SELECT max(id) FROM journals", []).await;
    let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Payouts).collect();
    let unscoped = app.operator("unscoped", &others).await;
    assert!(matches!(reverse_journal(&app.services, &Principal::Anonymous, &back(gift)).await, Err(Error::Unauthenticated)));
    for principal in [&anna, &root, &other].map(|partner| &partner.member.principal).into_iter().chain([&unscoped]) {
        let missing = Refusal::ScopeMissing { scope: "payouts" };
        assert_eq!(refusal(reverse_journal(&app.services, principal, &back(gift)).await), missing);
    }
    assert_eq!(available(&app, anna.number).await, 1_000_000);
}

async fn of_rivals_one_takes_a_journal_back(app: App) {
    let operator = treasurer(&app).await;
    let anna = app.join("anna", None, None).await.unwrap();
    credit(&app, &operator, anna.number, "1000").await;
    for _ in 0..5 {
        credit(&app, &operator, anna.number, "10").await;
        let gift: i64 = app.value("SELECT max(id) FROM journals", []).await;
        let acts = (0..16).map(|_| {
            let (app, operator) = (app.clone(), operator.clone());
            async move { reverse_journal(&app.services, &operator, &back(gift)).await }
        });
        let (done, refusals) = all_at_once(acts).await;
        assert_eq!((done.len(), refusals), (1, vec![Refusal::JournalReversed; 15]));
        assert_eq!(available(&app, anna.number).await, 10_000_000);
    }
}

async fn a_reversal_over_graphql(app: App) {
    let served = Served::start(&app).await;
    let operator = app.staff("treasurer", Role::Operator, &[Scope::Payouts]).await;
    let anna = app.join("anna", None, None).await.unwrap();
    credit(&app, &operator.principal, anna.number, "12").await;
    let document = "mutation ($input: ReverseJournalInput!) { reverseJournal(input: $input) { journalNumber userErrors { code field } } }";
    let input = json!({ "input": { "journalNumber": "1", "reason": "twice" } });
    let answer = served.answer(Some(operator.token()), document, input.clone()).await;
    assert_eq!(answer["data"]["reverseJournal"], json!({ "journalNumber": "2", "userErrors": [] }), "{answer}");
    let answer = served.answer(Some(operator.token()), document, input).await;
    let expected = json!([{ "code": "JOURNAL_REVERSED", "field": ["input", "journalNumber"] }]);
    assert_eq!(answer["data"]["reverseJournal"]["userErrors"], expected, "{answer}");
    let document = "{ viewer { partner { wallet { available { amount } transactions(first: 1) { nodes { kind memo reversesJournalNumber amount { amount } } } } } } }";
    let wallet = served.ask(anna.member.token(), document).await["viewer"]["partner"]["wallet"].clone();
    let node = json!({ "kind": "REVERSAL", "memo": "twice", "reversesJournalNumber": "1", "amount": { "amount": "-12" } });
    assert_eq!(wallet, json!({ "available": { "amount": "0" }, "transactions": { "nodes": [node] } }));
}
