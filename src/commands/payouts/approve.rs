//! approvePayout

use super::steps::{By, Step, advance, find, note, operator, record, repeatable};
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::{Error, Services};
use crate::domain::payouts::PayoutStatus;
use crate::domain::refusal::Refusal;
use crate::events::PayoutFirstApproved;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{events, payout_changes};

/// What the history says of the first of two approvals.
const FIRST: &str = "approved by the first of two operators";

/// An operator approves a payout.
#[derive(Clone, Debug)]
pub struct ApprovePayout {
    /// Number of the payout.
    pub payout: i64,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Approves a pending payout; gives its number. From `payout.four_eyes_from` on, the first approval is written into the history, and the payout is
/// approved when another operator approves it too. For operators with the scope `payouts`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidIdempotencyKey`, `IdempotencyConflict`,
/// `PayoutUnknown`, `OwnPayout`, `PayoutMovedOn`, `SecondApproverNeeded`.
pub async fn approve_payout(services: &Services, principal: &Principal, input: &ApprovePayout) -> Result<i64, Error> {
    let caller = operator(principal)?;
    let (operation, from, to) = ("approvePayout", &[PayoutStatus::Pending], PayoutStatus::Approved);
    let step = Step::new(operation, input.payout, from, to);
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
    let mut payout = find(transaction, by, step).await?;
    let needs_two = payout.amount >= services.payout.four_eyes_from();
    match payout.first_approver_id {
        Some(first) if needs_two && first == caller.account_id => return Err(Refusal::SecondApproverNeeded.into()),
        None if needs_two => {
            payout.first_approver_id = Some(caller.account_id);
            payout_changes::update(transaction, &payout).await?;
            note(transaction, &payout, by.account_id(), Some(FIRST), now).await?;
            let event = PayoutFirstApproved { payout: payout.id, partner: payout.partner_id };
            events::append(transaction, &event.into(), now).await?;
            record(transaction, (payout.status, &payout), by, step, now).await?;
        }
        _ => drop(advance(transaction, payout, by, step, now).await?),
    }
    repeatable.settle(transaction, &step.payout).await?;
    Ok(step.payout)
}
