//! cancelPayout

use super::steps::{By, Step, repeatable, take};
use crate::auth::principal::Principal;
use crate::commands::{Error, Services};
use crate::domain::payouts::PayoutStatus;
use crate::domain::refusal::Refusal;

/// A partner takes the own request back.
#[derive(Clone, Debug)]
pub struct CancelPayout {
    /// Number of the payout.
    pub payout: i64,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Makes the money of a pending payout available again; gives the payout's number. For the partner whose payout it is.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidIdempotencyKey`, `IdempotencyConflict`, `PayoutUnknown`
/// (also for another partner's), `PayoutMovedOn`.
pub async fn cancel_payout(services: &Services, principal: &Principal, input: &CancelPayout) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let (operation, from, to) = ("cancelPayout", &[PayoutStatus::Pending], PayoutStatus::Cancelled);
    let step = Step::new(operation, input.payout, from, to);
    let repeatable = repeatable(services, caller, &step, input.idempotency_key.as_deref())?;
    take(services, By::Partner(caller, partner), &step, &repeatable).await
}
