//! Money: the ledger, wallets, and what guards them.

mod adjustments;
mod agreement;
mod amounts;
pub mod catalog;
mod chain;
mod completing;
mod cut_off;
mod epins;
mod folding;
mod journals;
mod memberships;
mod orders;
mod outside;
mod own_money;
mod passwords;
pub mod payouts;
mod prices;
mod reversals;
mod transfers;
mod wallets;

use upline::auth::principal::Principal;
use upline::commands::accounts::{SetTransactionPassword, set_transaction_password};
use upline::commands::money::Sum;
use upline::commands::wallets::{AdjustWallet, Direction, adjust_wallet};
use upline::config::secrets::Secret;
use upline::domain::accounts::Scope;

use crate::app::{App, PASSWORD, TestPartner};

/// What everybody spends by.
pub const SPENDING: &str = "spend-it-well";

pub fn sum(amount: &str) -> Sum {
    Sum { amount: amount.to_owned(), currency: None }
}

/// How often rivals meet: `UPLINE_SOAK_ROUNDS` says more.
pub fn rounds(usual: i64) -> i64 {
    crate::soak::number("UPLINE_SOAK_ROUNDS").map_or(usual, |rounds| i64::try_from(rounds).unwrap())
}

/// An operator who may move money.
pub async fn treasurer(app: &App) -> Principal {
    app.operator("treasurer", &[Scope::Payouts]).await
}

pub async fn credit(app: &App, treasurer: &Principal, partner: i64, amount: &str) {
    let reason = "a gift".to_owned();
    let act = AdjustWallet { partner, direction: Direction::Credit, sum: sum(amount), reason, idempotency_key: None };
    adjust_wallet(&app.services, treasurer, &act).await.unwrap();
}

/// A partner at the top with so much money and [`SPENDING`] as the transaction password.
pub async fn wealthy(app: &App, treasurer: &Principal, username: &str, amount: &str) -> TestPartner {
    let partner = app.join(username, None, None).await.unwrap();
    secret(app, &partner).await;
    credit(app, treasurer, partner.number, amount).await;
    partner
}

/// Sets [`SPENDING`] as the transaction password.
pub async fn secret(app: &App, partner: &TestPartner) {
    let secrets = SetTransactionPassword { present: Secret::new(PASSWORD.to_owned()), new: Secret::new(SPENDING.to_owned()) };
    set_transaction_password(&app.services, &partner.member.principal, &secrets).await.unwrap();
}

/// What is available in a wallet, in 1/10000.
pub async fn available(app: &App, partner: i64) -> i64 {
    let sql = "SELECT coalesce((SELECT balance FROM ledger_accounts WHERE partner_id = $1 AND kind = 'AVAILABLE'), 0)";
    app.value(sql, [partner.into()]).await
}
