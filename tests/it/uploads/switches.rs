//! What needs an approved identity check where the company wants one.

use serde_json::json;
use upline::auth::principal::Principal;
use upline::commands::carts::add_to_cart;
use upline::commands::kyc::approve_kyc;
use upline::commands::orders::{Checkout, FromWallet, Means, PayOrder, checkout, pay_order};
use upline::commands::payouts::request_payout;
use upline::commands::wallets::{Transfer, transfer};
use upline::config::secrets::Secret;
use upline::domain::accounts::Scope;
use upline::domain::refusal::Refusal;

use super::kyc::{approval, rejection, submit};
use crate::app::{App, TestPartner, on_both_databases, refusal};
use crate::graphql::served::Served;
use crate::money::catalog::{offer, product};
use crate::money::payouts::wish;
use crate::money::{SPENDING, available, sum, treasurer, wealthy};

on_both_databases!(
    without_the_switch_nobody_needs_an_identity_check,
    spending_needs_the_check_of_the_wallets_owner,
    payouts_need_the_check_of_the_partner,
);

fn pay(to: i64) -> Transfer {
    let transaction_password = Secret::new(SPENDING.to_owned());
    Transfer { to, sum: sum("10"), memo: None, transaction_password, idempotency_key: None }
}

fn from_wallet(owner: i64) -> FromWallet {
    FromWallet { owner: Some(owner), transaction_password: Secret::new(SPENDING.to_owned()) }
}

async fn approve(app: &App, partner: &TestPartner, operator: &Principal) {
    let submission = submit(app, partner).await;
    approve_kyc(&app.services, operator, &approval(submission)).await.unwrap();
}

async fn without_the_switch_nobody_needs_an_identity_check(app: App) {
    let operator = treasurer(&app).await;
    let (anna, bert) = (wealthy(&app, &operator, "anna", "500").await, app.join("bert", None, None).await.unwrap());
    transfer(&app.services, &anna.member.principal, &pay(bert.number)).await.unwrap();
    request_payout(&app.services, &anna.member.principal, &wish("100")).await.unwrap();
}

async fn spending_needs_the_check_of_the_wallets_owner(app: App) {
    let app = app.with(&["kyc.required_for_spending=true"]);
    let (operator, olga) = (treasurer(&app).await, app.operator("olga", &[Scope::Kyc]).await);
    let (rich, poor) = (wealthy(&app, &operator, "rich", "500").await, app.join("poor", None, None).await.unwrap());
    let (buyer, act) = (&poor.member.principal, pay(poor.number));
    let product = offer(&app, &product("A", 10)).await;
    add_to_cart(&app.services, buyer, product, 1).await.unwrap();
    let paid = Checkout { payment: Some(Means::Wallet(from_wallet(rich.number))), ..Checkout::default() };
    let tries = async || {
        [refusal(transfer(&app.services, &rich.member.principal, &act).await), refusal(checkout(&app.services, buyer, &paid).await)]
    };
    assert_eq!(tries().await, [Refusal::KycNotVerified, Refusal::KycNotVerified]);
    let wrong = Transfer { transaction_password: Secret::new("guess".to_owned()), ..act.clone() };
    let wrong = refusal(transfer(&app.services, &rich.member.principal, &wrong).await);
    assert_eq!(wrong, Refusal::WrongTransactionPassword, "who does not know the secret learns nothing");
    // The buyer's own check does not count, nor do documents that wait or were rejected.
    approve(&app, &poor, &olga).await;
    let submission = submit(&app, &rich).await;
    assert_eq!(tries().await, [Refusal::KycNotVerified, Refusal::KycNotVerified]);
    upline::commands::kyc::reject_kyc(&app.services, &olga, &rejection(submission)).await.unwrap();
    assert_eq!(tries().await, [Refusal::KycNotVerified, Refusal::KycNotVerified]);
    assert_eq!(available(&app, rich.number).await, 5_000_000);
    let order = checkout(&app.services, buyer, &Checkout::default()).await.unwrap();
    let act_on_order = PayOrder { order, payment: Means::Wallet(from_wallet(rich.number)), idempotency_key: None };
    assert_eq!(refusal(pay_order(&app.services, buyer, &act_on_order).await), Refusal::KycNotVerified);
    approve(&app, &rich, &olga).await;
    transfer(&app.services, &rich.member.principal, &act).await.unwrap();
    pay_order(&app.services, buyer, &act_on_order).await.unwrap();
    assert_eq!(available(&app, rich.number).await, 4_800_000);
}

async fn payouts_need_the_check_of_the_partner(app: App) {
    let settings = ["kyc.required_for_payouts=true"];
    let served = Served::with(&app, &settings).await;
    let app = app.with(&settings);
    let (operator, olga) = (treasurer(&app).await, app.operator("olga", &[Scope::Kyc]).await);
    let anna = wealthy(&app, &operator, "anna", "500").await;
    let restrictions = async || {
        let document = "{ viewer { partner { wallet { payoutRestrictions canRequestPayout } } } }";
        served.ask(anna.member.token(), document).await["viewer"]["partner"]["wallet"].clone()
    };
    assert_eq!(restrictions().await, json!({ "payoutRestrictions": ["KYC_NOT_VERIFIED"], "canRequestPayout": false }));
    assert_eq!(refusal(request_payout(&app.services, &anna.member.principal, &wish("100")).await), Refusal::KycNotVerified);
    let document =
        "mutation { requestPayout(input: { amount: { amount: \"100\" }, kind: BANK_CARD, details: { cardNumber: \"5200000000007312\" } }) {
        payout { number } userErrors { code field } } }";
    let refused = served.ask(anna.member.token(), document).await["requestPayout"].clone();
    assert_eq!(refused, json!({ "payout": null, "userErrors": [{ "code": "KYC_NOT_VERIFIED", "field": null }] }));
    approve(&app, &anna, &olga).await;
    assert_eq!(restrictions().await, json!({ "payoutRestrictions": [], "canRequestPayout": true }));
    request_payout(&app.services, &anna.member.principal, &wish("100")).await.unwrap();
}
