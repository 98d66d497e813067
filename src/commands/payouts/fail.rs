//! failPayout

use super::steps::{By, Step, operator, repeatable, take};
use crate::auth::principal::Principal;
use crate::commands::money::check_reason;
use crate::commands::{Error, Services};
use crate::domain::payouts::PayoutStatus;

/// The bank did not pay.
#[derive(Clone, Debug)]
pub struct FailPayout {
    /// Number of the payout.
    pub payout: i64,
    /// Why, in words: the partner reads it.
    pub reason: String,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Makes the money of a payout that the bank did not pay available again; gives the payout's number. For operators with the scope `payouts`.
///
/// # Errors
/// As [`reject_payout`](super::reject_payout).
pub async fn fail_payout(services: &Services, principal: &Principal, input: &FailPayout) -> Result<i64, Error> {
    let caller = operator(principal)?;
    check_reason(&input.reason)?;
    let (operation, from, to) = ("failPayout", &[PayoutStatus::Processing], PayoutStatus::Rejected);
    let step = Step { operation, payout: input.payout, from, to, note: Some(input.reason.trim()), reference: None };
    let repeatable = repeatable(services, caller, &step, input.idempotency_key.as_deref())?;
    take(services, By::Operator(caller), &step, &repeatable).await
}
