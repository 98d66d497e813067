//! startPayout

use super::steps::{By, Step, operator, repeatable, take};
use crate::auth::principal::Principal;
use crate::commands::{Error, Services};

/// An operator hands a payout to the bank.
#[derive(Clone, Debug)]
pub struct StartPayout {
    /// Number of the payout.
    pub payout: i64,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Notes that an approved payout was handed to the bank; gives the payout's number. For operators with the scope `payouts`. The money stays set aside
/// until the bank has paid.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`](crate::domain::refusal::Refusal), looked for in this order: `ScopeMissing`, `InvalidIdempotencyKey`,
/// `IdempotencyConflict`, `PayoutUnknown`, `OwnPayout`, `PayoutMovedOn`.
pub async fn start_payout(services: &Services, principal: &Principal, input: &StartPayout) -> Result<i64, Error> {
    let caller = operator(principal)?;
    let step = Step::starting(input.payout);
    let repeatable = repeatable(services, caller, &step, input.idempotency_key.as_deref())?;
    take(services, By::Operator(caller), &step, &repeatable).await
}
