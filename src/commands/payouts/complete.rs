//! completePayout

use super::steps::{By, Step, operator, repeatable, take};
use crate::auth::principal::Principal;
use crate::commands::money::check_reference;
use crate::commands::{Error, Services};
use crate::domain::payouts::PayoutStatus;

/// The bank has paid.
#[derive(Clone, Debug)]
pub struct CompletePayout {
    /// Number of the payout.
    pub payout: i64,
    /// The bank's word for it, 1 to 100 characters.
    pub reference: Option<String>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Takes the money of a payout that the bank has paid out of the wallet; gives the payout's number. For operators with the scope `payouts`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReference`, `InvalidIdempotencyKey`,
/// `IdempotencyConflict`, `PayoutUnknown`, `OwnPayout`, `PayoutMovedOn`.
pub async fn complete_payout(services: &Services, principal: &Principal, input: &CompletePayout) -> Result<i64, Error> {
    let caller = operator(principal)?;
    let reference = input.reference.as_deref().map(check_reference).transpose()?;
    let (operation, from, to) = ("completePayout", &[PayoutStatus::Processing], PayoutStatus::Completed);
    let step = Step { reference, ..Step::new(operation, input.payout, from, to) };
    let repeatable = repeatable(services, caller, &step, input.idempotency_key.as_deref())?;
    take(services, By::Operator(caller), &step, &repeatable).await
}
