//! The wallet as the GraphQL API shows it.

use serde_json::{Value, json};
use upline::commands::wallets::{ReverseJournal, Transfer, reverse_journal, transfer};
use upline::config::secrets::Secret;
use upline::domain::accounts::{Role, Scope};

use super::{SPENDING, credit, sum, treasurer, wealthy};
use crate::app::{App, TestPartner, on_both_databases};
use crate::graphql::served::Served;

on_both_databases!(
    a_partner_reads_the_own_wallet_and_pays_out_of_it,
    both_sides_of_a_transfer_are_told_the_other,
    wallets_of_others_are_hidden,
);

const WALLET: &str = "{ viewer { partner { wallet { available { amount currency } pending { amount } held { amount } totalEarned { amount }
    totalWithdrawn { amount } transactions(first: 2) { totalCount nodes { kind amount { amount } balance { amount } memo subject }
    pageInfo { hasNextPage endCursor } } } } } }";
const PAY: &str = "mutation ($input: TransferFundsInput!) { transferFunds(input: $input) {
    journalNumber wallet { available { amount } } userErrors { code field } } }";

fn pay(to: i64, amount: &str) -> Transfer {
    Transfer { to, sum: sum(amount), memo: None, transaction_password: Secret::new(SPENDING.to_owned()), idempotency_key: None }
}

async fn a_partner_reads_the_own_wallet_and_pays_out_of_it(app: App) {
    let served = Served::start(&app).await;
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "100").await;
    let bert = app.join("bert", None, None).await.unwrap();
    for amount in ["1", "2.5"] {
        credit(&app, &operator, anna.number, amount).await;
    }
    let answer = served.ask(anna.member.token(), WALLET).await;
    let wallet = &answer["viewer"]["partner"]["wallet"];
    assert_eq!(wallet["available"], json!({ "amount": "103.5", "currency": "USD" }), "{answer}");
    assert_eq!((&wallet["held"]["amount"], &wallet["totalEarned"]["amount"]), (&json!("0"), &json!("0")));
    let list = &wallet["transactions"];
    assert_eq!((&list["totalCount"], &list["pageInfo"]["hasNextPage"]), (&json!("3"), &json!(true)));
    let expected = json!({ "kind": "WALLET_CREDIT", "amount": { "amount": "2.5" }, "balance": { "amount": "103.5" }, "memo": "a gift",
        "subject": format!("partner:{}", anna.number) });
    assert_eq!(list["nodes"][0], expected);

    let pay = |amount: Value, password: &str| json!({ "input": { "toNumber": bert.number.to_string(), "amount": { "amount": amount }, "transactionPassword": password } });
    let (answer, _) = served.counted(Some(anna.member.token()), PAY, pay(json!("50"), SPENDING)).await;
    assert_eq!(answer["data"]["transferFunds"]["wallet"]["available"]["amount"], "53.5", "{answer}");
    let (answer, _) = served.counted(Some(anna.member.token()), PAY, pay(json!("50"), "wrong")).await;
    let wrong = json!([{ "code": "WRONG_TRANSACTION_PASSWORD", "field": ["input", "transactionPassword"] }]);
    assert_eq!(answer["data"]["transferFunds"]["userErrors"], wrong, "{answer}");
    let (answer, _) = served.counted(Some(anna.member.token()), PAY, pay(json!(50), SPENDING)).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "numbers are refused: {answer}");
    let (answer, _) = served.counted(Some(anna.member.token()), PAY, pay(json!("-5"), SPENDING)).await;
    assert_eq!(answer["data"]["transferFunds"]["userErrors"][0]["code"], "INVALID_AMOUNT", "{answer}");
}

async fn both_sides_of_a_transfer_are_told_the_other(app: App) {
    const MOVEMENTS: &str = "query ($first: Int!) { viewer { partner { wallet { transactions(first: $first) { nodes {
        kind amount { amount } counterpartyNumber counterparty { number } } } } } } }";
    let app = app.with(&["wallet.transfer_fee=0.50"]);
    let served = Served::with(&app, &["wallet.transfer_fee=0.50"]).await;
    let operator = treasurer(&app).await;
    let anna = wealthy(&app, &operator, "anna", "100").await;
    let (bert, carl) = (app.join("bert", Some(&anna.code), None).await.unwrap(), app.join("carl", None, None).await.unwrap());
    let mut journals = Vec::new();
    for to in [&bert, &carl] {
        journals.push(transfer(&app.services, &anna.member.principal, &pay(to.number, "10")).await.unwrap());
    }
    let reason = "sent to the wrong one".to_owned();
    reverse_journal(&app.services, &operator, &ReverseJournal { journal: journals[0], reason, idempotency_key: None }).await.unwrap();
    let seen = async |who: &TestPartner, first: u32| {
        let (mut answer, statements) = served.counted(Some(who.member.token()), MOVEMENTS, json!({ "first": first })).await;
        (answer.pointer_mut("/data/viewer/partner/wallet/transactions/nodes").map(Value::take).unwrap_or_default(), statements)
    };
    let row = |kind: &str, amount: &str, other: Option<&TestPartner>, is_shown: bool| {
        let number = other.map(|other| other.number.to_string());
        let shown = number.as_ref().filter(|_| is_shown).map(|number| json!({ "number": number }));
        json!({ "kind": kind, "amount": { "amount": amount }, "counterpartyNumber": number, "counterparty": shown })
    };
    let (of_anna, _) = seen(&anna, 9).await;
    let expected = json!([
        row("REVERSAL", "10.5", Some(&bert), true),
        row("WALLET_TRANSFER", "-10.5", Some(&carl), false),
        row("WALLET_TRANSFER", "-10.5", Some(&bert), true),
        row("WALLET_CREDIT", "100", None, false),
    ]);
    assert_eq!(of_anna, expected);
    assert_eq!(seen(&anna, 2).await.1, seen(&anna, 9).await.1, "however many there are");
    assert_eq!(seen(&carl, 9).await.0, json!([row("WALLET_TRANSFER", "10", Some(&anna), false)]));
    let of_bert = json!([row("REVERSAL", "-10", Some(&anna), true), row("WALLET_TRANSFER", "10", Some(&anna), true)]);
    assert_eq!(seen(&bert, 9).await.0, of_bert, "the own sponsor");
}

async fn wallets_of_others_are_hidden(app: App) {
    let served = Served::start(&app).await;
    let operator = treasurer(&app).await;
    let root = wealthy(&app, &operator, "root", "100").await;
    let anna = app.join("anna", Some(&root.code), None).await.unwrap();
    credit(&app, &operator, anna.number, "5").await;
    let document = format!("{{ partner(number: \"{}\") {{ wallet {{ available {{ amount }} }} }} }}", anna.number);
    let shown = async |token: &str| served.ask(token, &document).await["partner"]["wallet"]["available"]["amount"].clone();
    assert_eq!(shown(anna.member.token()).await, "5");
    assert_eq!(shown(root.member.token()).await, Value::Null, "the sponsor");
    let finance = app.staff("finance", Role::Operator, &[Scope::Payouts]).await;
    let catalog = app.staff("network", Role::Operator, &[Scope::Network]).await;
    assert_eq!((shown(finance.token()).await, shown(catalog.token()).await), (json!("5"), Value::Null));
}
