//! issueEpins

use serde_json::json;

use super::codes;
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money::{self, Sum, check_reason};
use crate::commands::powers::forbid_own;
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::accounts::Scope;
use crate::domain::amount::Amount;
use crate::domain::epins::{Funding, MOST_EPINS};
use crate::domain::instant::Instant;
use crate::domain::ledger::{Account, Book, Journal, JournalKind};
use crate::domain::partners::PartnerStatus;
use crate::domain::refusal::Refusal;
use crate::events::EpinsIssued;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::epin_changes::{self, NewBatch};
use crate::store::{epins, events, partners};

/// An operator makes e-pins.
#[derive(Clone, Debug)]
pub struct IssueEpins {
    /// How many.
    pub count: u32,
    /// The worth of each.
    pub sum: Sum,
    /// What stands behind them.
    pub funding: Funding,
    /// The partner who alone may use them; anybody with the code without one.
    pub owner: Option<i64>,
    /// From when on they cannot be used.
    pub expires_at: Option<Instant>,
    /// Why, in words.
    pub reason: String,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// New pins with their codes, which nothing shows again.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The batch.
    pub batch: i64,
    /// Number and code of each pin, in the order of their numbers.
    pub codes: Vec<(i64, Secret<String>)>,
}

/// Makes e-pins, against money that came in outside or as a gift. A repeated request gives the same codes again. For operators with the scope
/// `payouts`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidReason`, `InvalidEpinBatch`, `InvalidIdempotencyKey`,
/// `IdempotencyConflict`, `InvalidAmount`, `CurrencyUnknown`, `PartnerUnknown`, `PartnerNotActive` (who has not paid the membership yet may pay it by a pin), `OwnMoney`.
pub async fn issue_epins(services: &Services, principal: &Principal, input: &IssueEpins) -> Result<Issued, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Payouts)?;
    check_reason(&input.reason)?;
    if !(1..=MOST_EPINS).contains(&input.count) {
        return Err(Refusal::InvalidEpinBatch { why: format!("between 1 and {MOST_EPINS} are made at once") }.into());
    }
    let ends = input.expires_at.map(Instant::nanos);
    let request = (input.count, &input.sum, input.funding.code(), input.owner, ends, &input.reason);
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "issueEpins", key, &request)?;
    let (batch, seed) = in_transaction!(services.database, |transaction| write(services, &transaction, caller, input, &repeatable).await)?;
    services.wake();
    let pins = epins::of_batch(services.database.reader(), batch).await?;
    let codes = pins.iter().zip(0..).map(|(pin, index)| (pin.id, codes::make(services, &seed, index))).collect();
    Ok(Issued { batch, codes })
}

/// The batch, and the seed of its codes.
async fn write(
    services: &Services,
    transaction: &Transaction,
    caller: &Caller,
    input: &IssueEpins,
    repeatable: &Repeatable,
) -> Result<(i64, [u8; 16]), Error> {
    let now = services.now();
    if let Some(made) = repeatable.claim(transaction, now).await? {
        return Ok(made);
    }
    if input.expires_at.is_some_and(|end| end <= now) {
        return Err(Refusal::InvalidEpinBatch { why: "their end must lie in the future".to_owned() }.into());
    }
    let currency = money::currency(services, transaction).await?;
    let amount = input.sum.read(currency)?;
    let total = amount.units().checked_mul(input.count.into()).map(Amount::from_units);
    let total = total.ok_or_else(|| Refusal::InvalidAmount { reason: "is too large for so many".to_owned() })?;
    if let Some(owner) = input.owner {
        // Held until the pins are written: an erasure at the same time waits, and sees them.
        let owner = partners::hold(transaction, owner).await?.ok_or(Refusal::PartnerUnknown)?;
        if !matches!(owner.status, PartnerStatus::Active | PartnerStatus::PendingPayment) {
            return Err(Refusal::PartnerNotActive.into());
        }
        forbid_own(transaction, caller, (owner.id, &[Scope::Payouts])).await?;
    }
    let source = match input.funding {
        Funding::Sold => Book::Cash,
        Funding::Gift => Book::Adjustments,
    };
    let reason = input.reason.trim();
    let journal = Journal::new(JournalKind::EpinIssue, currency, "epins".to_owned()).by(Some(caller.account_id), Some(reason.to_owned()));
    let journal = journal.transfer(Account::Company(source), Account::Company(Book::EpinLiability), total);
    let journal_id = money::post(transaction, journal, now).await?;
    let seed = services.random.bytes();
    let made = (0..input.count).map(|index| codes::stored(services, &codes::make(services, &seed, index)));
    let made = made.collect::<Option<Vec<_>>>().ok_or_else(|| Error::Internal("a code was made that is none".to_owned()))?;
    let new = NewBatch { journal_id, reason, amount, currency, owner_id: input.owner, expires_at: input.expires_at, at: now };
    let batch = epin_changes::insert(transaction, &new, made).await?;
    let detail = json!({ "count": input.count, "amount": amount.to_string(), "owner": input.owner, "funding": input.funding.code(), "reason": reason });
    let (subject, detail) = (format!("epins:{batch}"), detail.to_string());
    let entry = Entry { account_id: Some(caller.account_id), action: "issueEpins", subject: &subject, detail: &detail, at: now };
    audit::append(transaction, &entry).await?;
    events::append(transaction, &EpinsIssued { batch, owner: input.owner }.into(), now).await?;
    repeatable.settle(transaction, &(batch, seed)).await?;
    Ok((batch, seed))
}
