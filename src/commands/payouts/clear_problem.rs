//! clearPayoutProblem

use serde_json::json;

use super::problem::mark;
use super::steps::operator;
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::check_reason;
use crate::commands::{Error, Services};
use crate::domain::payouts::Problem;
use crate::domain::refusal::Refusal;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::payouts;

/// An operator has looked into the problem of a payout.
#[derive(Clone, Debug)]
pub struct ClearPayoutProblem {
    /// Number of the payout.
    pub payout: i64,
    /// What was found, in words.
    pub reason: String,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Takes the mark off a payout; gives its number. One that is approved may leave by the rail then. Nothing happens where there is none. For operators with
/// the scope `payouts`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`, `InvalidIdempotencyKey`, `IdempotencyConflict`,
/// `PayoutUnknown`, `OwnPayout`.
pub async fn clear_payout_problem(services: &Services, principal: &Principal, input: &ClearPayoutProblem) -> Result<i64, Error> {
    let caller = operator(principal)?;
    check_reason(&input.reason)?;
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "clearPayoutProblem", key, &(input.payout, &input.reason))?;
    let number = in_transaction!(services.database, |transaction| write(services, &transaction, caller, input, &repeatable).await)?;
    services.wake();
    Ok(number)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    caller: &Caller,
    input: &ClearPayoutProblem,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(number) = repeatable.claim(transaction, now).await? {
        return Ok(number);
    }
    let payout = payouts::hold(transaction, input.payout).await?.ok_or(Refusal::PayoutUnknown)?;
    if caller.partner_id == Some(payout.partner_id) {
        return Err(Refusal::OwnPayout.into());
    }
    if let Some(Problem { kind, text }) = &payout.problem {
        let detail = json!({ "problem": text, "kind": kind.code(), "reason": input.reason.trim() }).to_string();
        let (account_id, subject) = (Some(caller.account_id), payout.subject());
        let entry = Entry { account_id, action: "clearPayoutProblem", subject: &subject, detail: &detail, at: now };
        audit::append(transaction, &entry).await?;
        mark(transaction, payout, None, now).await?;
    }
    repeatable.settle(transaction, &input.payout).await?;
    Ok(input.payout)
}
