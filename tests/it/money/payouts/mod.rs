//! Payouts (promises P02, P05, P07, P24, P26).

mod batches;
mod life;
pub mod rail;
mod rights;
mod rivals;
pub mod sealed;
mod secrets;
mod served;

use upline::auth::principal::Principal;
use upline::commands::Error;
use upline::commands::money::Sum;
use upline::commands::payouts::{
    ApprovePayout, CancelPayout, ClearPayoutProblem, CompletePayout, FailPayout, RejectPayout, RequestPayout, SavePayoutMethod,
    StartPayout, approve_payout, cancel_payout, clear_payout_problem, complete_payout, fail_payout, reject_payout, request_payout,
    save_payout_method, start_payout,
};
use upline::domain::payouts::{GivenDetails, MethodKind};

use super::sum;
use crate::app::App;

pub const CARD: &str = "5200 0000 0000 7312";

/// A card's details.
pub fn card(number: &str) -> GivenDetails {
    GivenDetails { card_number: Some(number.to_owned()), ..GivenDetails::default() }
}

pub async fn save_card(app: &App, partner: &Principal, number: &str) {
    let act = SavePayoutMethod { kind: MethodKind::BankCard, details: card(number), transaction_password: None };
    save_payout_method(&app.services, partner, &act).await.unwrap();
}

/// A request that brings its details along.
pub fn wish(amount: &str) -> RequestPayout {
    RequestPayout {
        sum: sum(amount),
        kind: MethodKind::BankCard,
        details: Some(card(CARD)),
        transaction_password: None,
        idempotency_key: None,
    }
}

/// A request whose outcome may be a refusal.
pub async fn request_of(app: &App, partner: &Principal, sum: Sum) -> Result<i64, Error> {
    request_payout(&app.services, partner, &RequestPayout { sum, ..wish("100") }).await
}

pub async fn request(app: &App, partner: &Principal, amount: &str) -> i64 {
    request_payout(&app.services, partner, &wish(amount)).await.unwrap()
}

/// What can be done with a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Cancel,
    Approve,
    Reject,
    Start,
    Complete,
    Fail,
    Clear,
}

impl Act {
    pub const ALL: [Self; 7] = [Self::Cancel, Self::Approve, Self::Reject, Self::Start, Self::Complete, Self::Fail, Self::Clear];

    pub async fn run(self, app: &App, who: &Principal, payout: i64) -> Result<i64, Error> {
        self.keyed(app, who, payout, None).await
    }

    pub async fn keyed(self, app: &App, who: &Principal, payout: i64, key: Option<&str>) -> Result<i64, Error> {
        let (services, idempotency_key) = (&app.services, key.map(str::to_owned));
        let reason = "no such account".to_owned();
        match self {
            Self::Cancel => cancel_payout(services, who, &CancelPayout { payout, idempotency_key }).await,
            Self::Approve => approve_payout(services, who, &ApprovePayout { payout, idempotency_key }).await,
            Self::Reject => reject_payout(services, who, &RejectPayout { payout, reason, idempotency_key }).await,
            Self::Start => start_payout(services, who, &StartPayout { payout, idempotency_key }).await,
            Self::Complete => {
                let reference = Some("bank-4711".to_owned());
                complete_payout(services, who, &CompletePayout { payout, reference, idempotency_key }).await
            }
            Self::Clear => clear_payout_problem(services, who, &ClearPayoutProblem { payout, reason, idempotency_key }).await,
            Self::Fail => fail_payout(services, who, &FailPayout { payout, reason, bank_will_not_pay: false, idempotency_key }).await,
        }
    }
}

/// An operator answers for it that the bank has not paid a payout and will not.
pub async fn answer_for_the_bank(app: &App, who: &Principal, payout: i64) -> Result<i64, Error> {
    let reason = "the bank knows of nothing".to_owned();
    fail_payout(&app.services, who, &FailPayout { payout, reason, bank_will_not_pay: true, idempotency_key: None }).await
}

/// Brings a pending payout to where these acts lead.
pub async fn walk(app: &App, operator: &Principal, payout: i64, acts: &[Act]) {
    for act in acts {
        act.run(app, operator, payout).await.unwrap();
    }
}

pub async fn status(app: &App, payout: i64) -> String {
    app.value("SELECT status FROM payouts WHERE id = $1", [payout.into()]).await
}

/// What is set aside in a wallet, in 1/10000.
pub async fn held(app: &App, partner: i64) -> i64 {
    let sql = "SELECT coalesce((SELECT balance FROM ledger_accounts WHERE partner_id = $1 AND kind = 'HELD'), 0)";
    app.value(sql, [partner.into()]).await
}
