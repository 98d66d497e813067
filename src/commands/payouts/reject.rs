//! rejectPayout

use super::steps::{By, Step, operator, repeatable, take};
use crate::auth::principal::Principal;
use crate::commands::money::check_reason;
use crate::commands::{Error, Services};
use crate::domain::payouts::PayoutStatus;

/// An operator refuses a payout.
#[derive(Clone, Debug)]
pub struct RejectPayout {
    /// Number of the payout.
    pub payout: i64,
    /// Why, in words: the partner reads it.
    pub reason: String,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Makes the money of a payout that was not handed to the bank available again; gives the payout's number. For operators with the scope `payouts`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`](crate::domain::refusal::Refusal), looked for in this order: `ScopeMissing`, `InvalidReason`,
/// `InvalidIdempotencyKey`, `IdempotencyConflict`, `PayoutUnknown`, `OwnPayout`, `PayoutMovedOn`.
pub async fn reject_payout(services: &Services, principal: &Principal, input: &RejectPayout) -> Result<i64, Error> {
    let caller = operator(principal)?;
    check_reason(&input.reason)?;
    let (operation, from, to) = ("rejectPayout", &[PayoutStatus::Pending, PayoutStatus::Approved], PayoutStatus::Rejected);
    let step = Step { note: Some(input.reason.trim()), ..Step::new(operation, input.payout, from, to) };
    let repeatable = repeatable(services, caller, &step, input.idempotency_key.as_deref())?;
    take(services, By::Operator(caller), &step, &repeatable).await
}
