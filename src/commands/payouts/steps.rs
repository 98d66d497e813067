//! What all steps of a payout have in common: who may take them, the row, the money, the history, the event, the audit trail.

use serde_json::json;

use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::money;
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::ledger::{Account, Book, Journal, JournalKind, Pocket};
use crate::domain::payouts::{Payout, PayoutStatus};
use crate::domain::refusal::Refusal;
use crate::events::{PayoutProblemChanged, PayoutStatusChanged};
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::ledger::holds::{self, End};
use crate::store::payout_changes::{self, NewStep};
use crate::store::{events, payouts};

/// A step that somebody asks for.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    /// The act, as the API names it.
    pub operation: &'static str,
    /// Of which payout.
    pub payout: i64,
    /// Where the payout must stand.
    pub from: &'static [PayoutStatus],
    /// Where it stands then.
    pub to: PayoutStatus,
    /// In words.
    pub note: Option<&'a str>,
    /// The bank's word for it.
    pub reference: Option<&'a str>,
    /// What the operator answers for.
    pub stated: Option<&'a str>,
}

impl Step<'_> {
    /// A step about which nothing is said.
    pub const fn new(operation: &'static str, payout: i64, from: &'static [PayoutStatus], to: PayoutStatus) -> Self {
        Self { operation, payout, from, to, note: None, reference: None, stated: None }
    }

    /// Handing an approved payout to the bank, whoever does it.
    pub const fn starting(payout: i64) -> Self {
        Self::new("startPayout", payout, &[PayoutStatus::Approved], PayoutStatus::Processing)
    }
}

/// Who takes a step.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    /// The partner with this number.
    Partner(&'a Caller, i64),
    /// An operator.
    Operator(&'a Caller),
    /// The server by itself.
    Machine,
}

impl By<'_> {
    pub fn account_id(self) -> Option<i64> {
        match self {
            Self::Partner(caller, _) | Self::Operator(caller) => Some(caller.account_id),
            Self::Machine => None,
        }
    }
}

/// The caller, if an operator who may decide about payouts.
pub(super) fn operator(principal: &Principal) -> Result<&Caller, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    caller.require(Scope::Payouts)?;
    Ok(caller)
}

/// A request for a step that may be repeated.
pub(super) fn repeatable(services: &Services, caller: &Caller, step: &Step<'_>, key: Option<&str>) -> Result<Repeatable, Error> {
    let request = (step.payout, step.note, step.reference, step.stated);
    Repeatable::new(services, format!("account:{}", caller.account_id), step.operation, key, &request)
}

/// Takes a step in a transaction of its own, once for one key; gives the payout's number.
pub(super) async fn take(services: &Services, by: By<'_>, step: &Step<'_>, repeatable: &Repeatable) -> Result<i64, Error> {
    let number = in_transaction!(services.database, |transaction| {
        let now = services.now();
        if let Some(number) = repeatable.claim(&transaction, now).await? {
            return Ok(number);
        }
        let payout = find(&transaction, by, step).await?;
        advance(&transaction, payout, by, step, now).await?;
        repeatable.settle(&transaction, &step.payout).await?;
        Ok::<_, Error>(step.payout)
    })?;
    services.wake();
    Ok(number)
}

/// The payout, held, if it stands where the step begins and is the caller's to decide about.
pub(super) async fn find(transaction: &Transaction, by: By<'_>, step: &Step<'_>) -> Result<Payout, Error> {
    let payout = payouts::hold(transaction, step.payout).await?.ok_or(Refusal::PayoutUnknown)?;
    match by {
        By::Partner(_, number) if payout.partner_id != number => return Err(Refusal::PayoutUnknown.into()),
        By::Operator(caller) if caller.partner_id == Some(payout.partner_id) => return Err(Refusal::OwnPayout.into()),
        By::Partner(..) | By::Operator(_) | By::Machine => {}
    }
    if !step.from.contains(&payout.status) || !payout.status.next().contains(&step.to) {
        return Err(Refusal::PayoutMovedOn { status: payout.status }.into());
    }
    Ok(payout)
}

/// Moves a payout that is held to where the step leads, and its money with it; gives it as it is then.
pub(super) async fn advance(
    transaction: &Transaction,
    mut payout: Payout,
    by: By<'_>,
    step: &Step<'_>,
    now: Instant,
) -> Result<Payout, Error> {
    let before = payout.status;
    payout.status = step.to;
    if !step.to.is_open() && payout.problem.take().is_some() {
        let event = PayoutProblemChanged { payout: payout.id, partner: payout.partner_id, problem: None };
        events::append(transaction, &event.into(), now).await?;
    }
    if step.to != PayoutStatus::Processing {
        payout.rail_due_at = None;
    }
    if let Some(reference) = step.reference {
        payout.external_reference = Some(reference.to_owned());
    }
    match step.to {
        PayoutStatus::Pending | PayoutStatus::Approved => {}
        PayoutStatus::Processing => payout.processed_at = Some(now),
        PayoutStatus::Completed => {
            payout.completed_at = Some(now);
            pay(transaction, &payout, by.account_id(), now).await?;
        }
        PayoutStatus::Rejected => {
            payout.rejection_reason = step.note.map(str::to_owned);
            release(transaction, &payout, (by.account_id(), step.note), now).await?;
        }
        PayoutStatus::Cancelled => release(transaction, &payout, (by.account_id(), step.note), now).await?,
    }
    payout_changes::update(transaction, &payout).await?;
    note(transaction, &payout, by.account_id(), step.note, now).await?;
    events::append(transaction, &PayoutStatusChanged { payout: payout.id, partner: payout.partner_id, status: step.to }.into(), now)
        .await?;
    match by {
        By::Partner(..) => {}
        By::Operator(_) | By::Machine => record(transaction, (before, &payout), by, step, now).await?,
    }
    Ok(payout)
}

/// Writes the payout's present state into its history.
pub(super) async fn note(
    transaction: &Transaction,
    payout: &Payout,
    actor_id: Option<i64>,
    note: Option<&str>,
    at: Instant,
) -> Result<(), Error> {
    Ok(payout_changes::append_step(transaction, &NewStep { payout: payout.id, status: payout.status, actor_id, note, at }).await?)
}

/// Writes what an operator did into the audit trail.
pub(super) async fn record(
    transaction: &Transaction,
    (before, payout): (PayoutStatus, &Payout),
    by: By<'_>,
    step: &Step<'_>,
    at: Instant,
) -> Result<(), Error> {
    let Payout { partner_id, amount, batch_id, .. } = payout;
    let detail = json!({
        "partner": partner_id, "amount": amount.to_string(), "currency": payout.currency.code(), "from": before.code(),
        "to": payout.status.code(), "note": step.note, "reference": step.reference, "stated": step.stated, "batch": batch_id,
    });
    let (subject, detail) = (payout.subject(), detail.to_string());
    let entry = Entry { account_id: by.account_id(), action: step.operation, subject: &subject, detail: &detail, at };
    Ok(audit::append(transaction, &entry).await?)
}

/// The money has arrived: it leaves the wallet, the amount to the bank and the fee to the company.
async fn pay(transaction: &Transaction, payout: &Payout, actor_id: Option<i64>, now: Instant) -> Result<(), Error> {
    let held = Account::Partner(payout.partner_id, Pocket::Held);
    let journal = Journal::new(JournalKind::PayoutCompletion, payout.currency, payout.subject());
    let mut journal = journal.by(actor_id, None).transfer(held, Account::Company(Book::Cash), payout.amount)?;
    if payout.fee > Amount::ZERO {
        journal = journal.transfer(held, Account::Company(Book::Fees), payout.fee)?;
    }
    end(transaction, payout, End::Posted, now).await?;
    money::post(transaction, Ok(journal), now).await.map(drop)
}

/// The money is available again.
async fn release(
    transaction: &Transaction,
    payout: &Payout,
    (actor_id, memo): (Option<i64>, Option<&str>),
    now: Instant,
) -> Result<(), Error> {
    let [held, available] = [Pocket::Held, Pocket::Available].map(|pocket| Account::Partner(payout.partner_id, pocket));
    let journal = Journal::new(JournalKind::PayoutRelease, payout.currency, payout.subject()).by(actor_id, memo.map(str::to_owned));
    end(transaction, payout, End::Voided, now).await?;
    money::post(transaction, journal.transfer(held, available, total(payout)?), now).await.map(drop)
}

/// What was set aside.
pub(super) fn total(payout: &Payout) -> Result<Amount, Error> {
    payout.total().ok_or_else(|| Error::Internal("a payout with its fee exceeds 64 bits".to_owned()))
}

async fn end(transaction: &Transaction, payout: &Payout, end: End, now: Instant) -> Result<(), Error> {
    if holds::end(transaction, &payout.subject(), end, now).await? {
        Ok(())
    } else {
        Err(Error::Internal(format!("{} has no open hold", payout.subject())))
    }
}
