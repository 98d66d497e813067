//! Where to pay is said by who knows the transaction password, and its owner hears of it (promise P26).

use serde_json::json;
use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::payouts::{RequestPayout, SavePayoutMethod, remove_payout_method, request_payout, save_payout_method};
use upline::config::secrets::Secret;
use upline::domain::mails::MailKind;
use upline::domain::payouts::MethodKind;
use upline::domain::refusal::Refusal;

use super::super::{SPENDING, credit, secret, treasurer};
use super::{Act, CARD, card, walk, wish};
use crate::accounts::letters;
use crate::app::{App, TestPartner, on_both_databases, refusal};
use crate::graphql::served::Served;

on_both_databases!(
    new_details_need_the_transaction_password,
    the_configuration_says_when_the_transaction_password_is_needed,
    wrong_tries_lock_the_transaction_password_everywhere,
    a_payout_is_repeated_by_its_key_without_the_password,
    changes_of_where_to_pay_are_told_by_mail_within_bounds,
    the_password_comes_by_the_api,
);

const WRONG: &str = "wrong wrong";

async fn anna(app: &App) -> TestPartner {
    let (operator, anna) = (treasurer(app).await, app.join("anna", None, None).await.unwrap());
    credit(app, &operator, anna.number, "5000").await;
    anna
}

fn given(password: Option<&str>) -> Option<Secret<String>> {
    password.map(|password| Secret::new(password.to_owned()))
}

async fn save(app: &App, who: &Principal, password: Option<&str>) -> Result<i64, Error> {
    let act = SavePayoutMethod { kind: MethodKind::BankCard, details: card(CARD), transaction_password: given(password) };
    save_payout_method(&app.services, who, &act).await
}

/// With details of its own, or with the saved ones.
async fn ask(app: &App, who: &Principal, with_details: bool, password: Option<&str>) -> Result<i64, Error> {
    let details = with_details.then(|| card(CARD));
    request_payout(&app.services, who, &RequestPayout { details, transaction_password: given(password), ..wish("100") }).await
}

async fn new_details_need_the_transaction_password(app: App) {
    let (app, anna) = (app.with(&["payout.transaction_password=details"]), anna(&app).await);
    let who = &anna.member.principal;
    for password in [Some(SPENDING), Some(WRONG)] {
        assert_eq!(refusal(save(&app, who, password).await), Refusal::WrongTransactionPassword, "none was set");
    }
    secret(&app, &anna).await;
    assert_eq!(refusal(save(&app, who, None).await), Refusal::TransactionPasswordRequired);
    assert_eq!(refusal(ask(&app, who, true, None).await), Refusal::TransactionPasswordRequired);
    assert_eq!(refusal(ask(&app, who, true, Some(WRONG)).await), Refusal::WrongTransactionPassword);
    assert_eq!((app.count("payouts").await, app.count("payout_methods").await), (0, 0));
    save(&app, who, Some(SPENDING)).await.unwrap();
    let operator = app.sign_in("treasurer").await;
    let payout = ask(&app, who, false, None).await.unwrap();
    walk(&app, &operator, payout, &[Act::Reject]).await;
    ask(&app, who, true, Some(SPENDING)).await.unwrap();
    // Who the money is for is asked first, as ever.
    assert!(matches!(save(&app, &Principal::Anonymous, Some(SPENDING)).await, Err(Error::Unauthenticated)));
    assert!(matches!(ask(&app, &Principal::Anonymous, true, Some(SPENDING)).await, Err(Error::Unauthenticated)));
    assert_eq!(refusal(save(&app, &operator, Some(SPENDING)).await), Refusal::NotPartner);
    app.execute("UPDATE partners SET status = 'SUSPENDED' WHERE id = $1", [anna.number.into()]).await;
    assert_eq!(refusal(save(&app, who, Some(SPENDING)).await), Refusal::PartnerNotActive);
    assert_eq!(refusal(ask(&app, who, true, Some(SPENDING)).await), Refusal::PartnerNotActive);
}

async fn the_configuration_says_when_the_transaction_password_is_needed(app: App) {
    let (anna, operator) = (anna(&app).await, app.sign_in("treasurer").await);
    let who = &anna.member.principal;
    let [never, always] = ["never", "always"].map(|when| app.with(&[&format!("payout.transaction_password={when}")]));
    save(&never, who, None).await.unwrap();
    let payout = ask(&never, who, true, None).await.unwrap();
    walk(&app, &operator, payout, &[Act::Reject]).await;
    secret(&app, &anna).await;
    assert_eq!(refusal(ask(&always, who, false, None).await), Refusal::TransactionPasswordRequired);
    ask(&always, who, false, Some(SPENDING)).await.unwrap();
    // Knowing who the owner is is for spending: payouts have a switch of their own.
    let strict = app.with(&["payout.transaction_password=always", "kyc.required_for_spending=true"]);
    save(&strict, who, Some(SPENDING)).await.unwrap();
}

async fn wrong_tries_lock_the_transaction_password_everywhere(app: App) {
    let (app, anna) = (app.with(&["payout.transaction_password=details"]), anna(&app).await);
    secret(&app, &anna).await;
    let who = &anna.member.principal;
    for _ in 0..3 {
        assert_eq!(refusal(save(&app, who, Some(WRONG)).await), Refusal::WrongTransactionPassword);
    }
    for _ in 0..2 {
        assert_eq!(refusal(ask(&app, who, true, Some(WRONG)).await), Refusal::WrongTransactionPassword);
    }
    let locked = Refusal::TooManyTries { minutes: 15 };
    assert_eq!(refusal(save(&app, who, Some(SPENDING)).await), locked);
    assert_eq!(refusal(ask(&app, who, true, Some(SPENDING)).await), locked);
    // What is saved, and needs no password, is no way around: there is none.
    assert_eq!(refusal(ask(&app, who, false, None).await), Refusal::PayoutDetailsRequired);
    app.clock.advance(15 * 60 + 1);
    save(&app, who, Some(SPENDING)).await.unwrap();
    // Tries without a password count for nothing.
    for _ in 0..9 {
        assert_eq!(refusal(save(&app, who, None).await), Refusal::TransactionPasswordRequired);
    }
    save(&app, who, Some(SPENDING)).await.unwrap();
}

async fn a_payout_is_repeated_by_its_key_without_the_password(app: App) {
    let (app, anna) = (app.with(&["payout.transaction_password=details"]), anna(&app).await);
    secret(&app, &anna).await;
    let act = RequestPayout { transaction_password: given(Some(SPENDING)), idempotency_key: Some("key-1".to_owned()), ..wish("100") };
    let payout = request_payout(&app.services, &anna.member.principal, &act).await.unwrap();
    for password in [None, Some(WRONG), Some(SPENDING)] {
        let again = RequestPayout { transaction_password: given(password), ..act.clone() };
        assert_eq!(request_payout(&app.services, &anna.member.principal, &again).await.unwrap(), payout);
    }
    assert_eq!(app.count("payouts").await, 1);
}

async fn changes_of_where_to_pay_are_told_by_mail_within_bounds(app: App) {
    let anna = anna(&app).await;
    let who = &anna.member.principal;
    letters(&app).await;
    assert!(!remove_payout_method(&app.services, who, MethodKind::BankCard).await.unwrap());
    save(&app, who, None).await.unwrap();
    save(&app, who, None).await.unwrap();
    assert!(remove_payout_method(&app.services, who, MethodKind::BankCard).await.unwrap());
    let told = letters(&app).await;
    let kinds: Vec<_> = told.iter().map(|letter| letter.kind).collect();
    assert_eq!(kinds, [MailKind::PayoutMethodAdded, MailKind::PayoutMethodChanged, MailKind::PayoutMethodRemoved]);
    for letter in &told {
        assert_eq!(letter.to, "anna@example.org");
        assert!(letter.text.contains("a way to be paid was") && !letter.text.contains("7312"), "{}", letter.text);
    }
    for _ in 0..20 {
        save(&app, who, None).await.unwrap();
    }
    assert_eq!(letters(&app).await.len(), 7, "ten within an hour");
    app.clock.advance(3601);
    save(&app, who, None).await.unwrap();
    assert_eq!(letters(&app).await.len(), 1);
    // What is refused tells nothing, and who has no address is told nothing.
    app.execute("UPDATE partners SET status = 'SUSPENDED' WHERE id = $1", [anna.number.into()]).await;
    assert_eq!(refusal(save(&app, who, None).await), Refusal::PartnerNotActive);
    app.execute("UPDATE partners SET status = 'ACTIVE' WHERE id = $1", [anna.number.into()]).await;
    app.execute("UPDATE accounts SET email = NULL, email_verified_at = NULL WHERE username = 'anna'", []).await;
    save(&app, who, None).await.unwrap();
    assert_eq!(letters(&app).await.len(), 0);
}

async fn the_password_comes_by_the_api(app: App) {
    let served = Served::with(&app, &["payout.transaction_password=details"]).await;
    let anna = anna(&app).await;
    secret(&app, &anna).await;
    let document = "mutation ($input: SavePayoutMethodInput!) { savePayoutMethod(input: $input) { payoutMethods { kind } userErrors { code field } } }";
    let save = async |password: Option<&str>| {
        let details = json!({ "cardNumber": CARD });
        let input = json!({ "input": { "kind": "BANK_CARD", "details": details, "transactionPassword": password } });
        served.answer(Some(anna.member.token()), document, input).await["data"]["savePayoutMethod"].clone()
    };
    let required = json!([{ "code": "TRANSACTION_PASSWORD_REQUIRED", "field": ["input", "transactionPassword"] }]);
    assert_eq!(save(None).await["userErrors"], required);
    assert_eq!(save(Some(WRONG)).await["userErrors"][0]["code"], "WRONG_TRANSACTION_PASSWORD");
    assert_eq!(save(Some(SPENDING)).await["payoutMethods"], json!([{ "kind": "BANK_CARD" }]));
    let document = "mutation ($input: RequestPayoutInput!) { requestPayout(input: $input) { payout { status } userErrors { code } } }";
    let input =
        json!({ "amount": { "amount": "100" }, "kind": "BANK_CARD", "details": { "cardNumber": CARD }, "transactionPassword": SPENDING });
    let answer = served.answer(Some(anna.member.token()), document, json!({ "input": input })).await;
    assert_eq!(answer["data"]["requestPayout"], json!({ "payout": { "status": "PENDING" }, "userErrors": [] }), "{answer}");
}
