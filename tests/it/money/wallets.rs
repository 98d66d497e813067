//! The wallet as the GraphQL API shows it.

use serde_json::{Value, json};
use upline::domain::accounts::{Role, Scope};

use super::{credit, treasurer, wealthy};
use crate::app::{App, on_both_databases};
use crate::graphql::served::Served;

on_both_databases!(a_partner_reads_the_own_wallet_and_pays_out_of_it, wallets_of_others_are_hidden);

const WALLET: &str = "{ viewer { partner { wallet { available { amount currency } pending { amount } held { amount } totalEarned { amount }
    totalWithdrawn { amount } transactions(first: 2) { totalCount nodes { kind amount { amount } balance { amount } memo subject }
    pageInfo { hasNextPage endCursor } } } } } }";
const PAY: &str = "mutation ($input: TransferFundsInput!) { transferFunds(input: $input) {
    journalNumber wallet { available { amount } } userErrors { code field } } }";

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
    let (answer, _) = served.counted(Some(anna.member.token()), PAY, pay(json!("50"), super::SPENDING)).await;
    assert_eq!(answer["data"]["transferFunds"]["wallet"]["available"]["amount"], "53.5", "{answer}");
    let (answer, _) = served.counted(Some(anna.member.token()), PAY, pay(json!("50"), "wrong")).await;
    let wrong = json!([{ "code": "WRONG_TRANSACTION_PASSWORD", "field": ["input", "transactionPassword"] }]);
    assert_eq!(answer["data"]["transferFunds"]["userErrors"], wrong, "{answer}");
    let (answer, _) = served.counted(Some(anna.member.token()), PAY, pay(json!(50), super::SPENDING)).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "numbers are refused: {answer}");
    let (answer, _) = served.counted(Some(anna.member.token()), PAY, pay(json!("-5"), super::SPENDING)).await;
    assert_eq!(answer["data"]["transferFunds"]["userErrors"][0]["code"], "INVALID_AMOUNT", "{answer}");
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
