//! failPayout

use super::steps::{By, Step, advance, find, operator, repeatable};
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::check_reason;
use crate::commands::{Error, Services};
use crate::domain::payouts::{Payout, PayoutStatus};
use crate::domain::refusal::Refusal;
use crate::store::database::{Transaction, in_transaction};
use crate::store::payouts;

/// The bank did not pay.
#[derive(Clone, Debug)]
pub struct FailPayout {
    /// Number of the payout.
    pub payout: i64,
    /// Why, in words: the partner reads it.
    pub reason: String,
    /// The operator answers for it that the bank has not paid and will not. Needed where the payout was handed over by a rail.
    pub bank_will_not_pay: bool,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// What the audit trail says of an operator who answers for the bank.
const STATED: &str = "the bank has not paid and will not";

/// Makes the money of a payout that the bank did not pay available again; gives the payout's number. For operators with the scope `payouts`. What a rail
/// carries, or may have, is not failed by hand: the bank pays it after the money has gone back. Only where the rail has lost it, or the bank's refusal could
/// not be booked, an operator can answer for the bank; from `payout.four_eyes_from` on, another one than let the payout out.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`, `InvalidIdempotencyKey`, `IdempotencyConflict`,
/// `PayoutUnknown`, `OwnPayout`, `PayoutMovedOn`, `PayoutUnderWay`, `BankStatementNeeded`, `AnotherOperatorNeeded`.
pub async fn fail_payout(services: &Services, principal: &Principal, input: &FailPayout) -> Result<i64, Error> {
    let caller = operator(principal)?;
    check_reason(&input.reason)?;
    let (operation, from, to) = ("failPayout", &[PayoutStatus::Processing], PayoutStatus::Rejected);
    let (note, stated) = (Some(input.reason.trim()), input.bank_will_not_pay.then_some(STATED));
    let step = Step { note, stated, ..Step::new(operation, input.payout, from, to) };
    let repeatable = repeatable(services, caller, &step, input.idempotency_key.as_deref())?;
    let number = in_transaction!(services.database, |transaction| write(services, &transaction, caller, &step, &repeatable).await)?;
    services.wake();
    Ok(number)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    caller: &Caller,
    step: &Step<'_>,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(number) = repeatable.claim(transaction, now).await? {
        return Ok(number);
    }
    let by = By::Operator(caller);
    let payout = find(transaction, by, step).await?;
    if payout.is_with_rail() {
        check_lost(services, transaction, caller, (&payout, step)).await?;
    }
    advance(transaction, payout, by, step, now).await?;
    repeatable.settle(transaction, &step.payout).await?;
    Ok(step.payout)
}

async fn check_lost(
    services: &Services,
    transaction: &Transaction,
    caller: &Caller,
    (payout, step): (&Payout, &Step<'_>),
) -> Result<(), Error> {
    if !payout.problem.as_ref().is_some_and(|problem| problem.kind.may_be_failed_by_hand()) {
        return Err(Refusal::PayoutUnderWay.into());
    }
    if step.stated.is_none() {
        return Err(Refusal::BankStatementNeeded.into());
    }
    // Who let it out does not take it back alone.
    let needs_another = payout.amount >= services.payout.four_eyes_from();
    if needs_another && payouts::let_out_by(transaction, payout.id).await?.contains(&caller.account_id) {
        return Err(Refusal::AnotherOperatorNeeded.into());
    }
    Ok(())
}
