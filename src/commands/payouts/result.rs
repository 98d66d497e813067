//! What the bank says about a payout that it was handed.

use super::problem::{contradict, is_contradicted};
use super::steps::{By, Step, advance, find, operator};
use crate::auth::principal::Principal;
use crate::commands::money::check_reference;
use crate::commands::{Error, Services};
use crate::domain::payouts::{BankResult, BankWord, Payout, PayoutStatus};
use crate::domain::refusal::Refusal;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{payout_changes, payouts};

/// What a word of the bank did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The payout took its last step.
    Now,
    /// It had been said before: nothing was changed.
    Before,
    /// The bank said before that it has paid: nothing was booked, and the contradiction was noted for the operators.
    Contradicts,
}

/// What the partner reads where the bank did not pay.
const NOT_PAID: &str = "The bank did not pay this.";

/// Ends a payout as the bank says in a file that an operator brings; what it said before has no second effect, and a refusal is not booked after a payment
/// that could not be. For operators with the scope `payouts` who work at the machine.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReference`, `PayoutUnknown`, `OwnPayout`, `PayoutMovedOn`.
pub async fn take_result(services: &Services, principal: &Principal, word: &BankWord) -> Result<Taken, Error> {
    let caller = operator(principal)?;
    let step = step(word)?;
    let taken =
        in_transaction!(services.database, |transaction| write(services, &transaction, By::Operator(caller), (word.result, &step)).await)?;
    services.wake();
    Ok(taken)
}

/// What a word of the bank means for its payout.
pub(super) fn step(word: &BankWord) -> Result<Step<'_>, Refusal> {
    let reference = word.reference.as_deref().map(check_reference).transpose()?;
    let (operation, to, note) = match word.result {
        BankResult::Completed => ("completePayout", PayoutStatus::Completed, None),
        BankResult::Failed => ("failPayout", PayoutStatus::Rejected, Some(NOT_PAID)),
    };
    Ok(Step { note, reference, ..Step::new(operation, word.payout, &[PayoutStatus::Processing], to) })
}

/// Takes the last step of a payout in a transaction.
pub(super) async fn write(
    services: &Services,
    transaction: &Transaction,
    by: By<'_>,
    (result, step): (BankResult, &Step<'_>),
) -> Result<Taken, Error> {
    let known = payouts::hold(transaction, step.payout).await?.ok_or(Refusal::PayoutUnknown)?;
    if was_said(&known, step) {
        // Ended by hand before the bank's word for it was known.
        if let (None, Some(reference)) = (&known.external_reference, step.reference) {
            payout_changes::update(transaction, &Payout { external_reference: Some(reference.to_owned()), ..known }).await?;
        }
        return Ok(Taken::Before);
    }
    let payout = find(transaction, by, step).await?;
    if is_contradicted(&payout, result) {
        contradict(services, transaction, by, payout, (result, step.reference)).await?;
        return Ok(Taken::Contradicts);
    }
    advance(transaction, payout, by, step, services.now()).await?;
    Ok(Taken::Now)
}

fn was_said(payout: &Payout, step: &Step<'_>) -> bool {
    let is_same = |known: &str| step.reference.is_none_or(|said| said == known);
    payout.status == step.to && payout.processed_at.is_some() && payout.external_reference.as_deref().is_none_or(is_same)
}
