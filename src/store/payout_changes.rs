//! Writes payouts and their history.

use super::database::Transaction;
use super::error::Error;
use super::payout_methods::Sealed;
use super::sql::Sql;
use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;
use crate::domain::payouts::{Payout, PayoutStatus};

/// A payout to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewPayout<'a> {
    /// Whose.
    pub partner: i64,
    /// Of what.
    pub currency: Currency,
    /// What arrives.
    pub amount: Amount,
    /// What the company keeps.
    pub fee: Amount,
    /// Where to.
    pub method: &'a Sealed,
    /// Now.
    pub at: Instant,
}

/// The partner has an open payout already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneIsOpen;

/// Stores a new payout and gives its number.
///
/// # Errors
/// The database's.
pub async fn insert(transaction: &Transaction, payout: &NewPayout<'_>) -> Result<Result<i64, OneIsOpen>, Error> {
    let sql = "INSERT INTO payouts (partner_id, currency, amount, fee, method_kind, masked, details, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
    let values = [
        payout.partner.into(),
        payout.currency.code().into(),
        payout.amount.units().into(),
        payout.fee.units().into(),
        payout.method.kind.code().into(),
        payout.method.masked.as_str().into(),
        payout.method.details.clone().into(),
        PayoutStatus::Pending.code().into(),
        payout.at.nanos().into(),
    ];
    match Sql::whole(transaction, sql, values).returned(transaction).await {
        Ok(number) => Ok(Ok(number)),
        // SQLite names the columns of a partial index, not the index.
        Err(error) if error.violates(&["payouts_one_open", "payouts.partner_id"]) => Ok(Err(OneIsOpen)),
        Err(error) => Err(error),
    }
}

/// Stores what may change of a payout that the transaction holds.
///
/// # Errors
/// The database's.
pub async fn update(transaction: &Transaction, payout: &Payout) -> Result<(), Error> {
    let sql = "UPDATE payouts SET status = $2, first_approver_id = $3, batch_id = $4, external_reference = $5, rejection_reason = $6,
        processed_at = $7, completed_at = $8, rail_attempts = $9, rail_due_at = $10, rail_carried_at = $11, problem_kind = $12, problem = $13
        WHERE id = $1";
    let values = [
        payout.id.into(),
        payout.status.code().into(),
        payout.first_approver_id.into(),
        payout.batch_id.into(),
        payout.external_reference.clone().into(),
        payout.rejection_reason.clone().into(),
        payout.processed_at.map(Instant::nanos).into(),
        payout.completed_at.map(Instant::nanos).into(),
        payout.rail_attempts.into(),
        payout.rail_due_at.map(Instant::nanos).into(),
        payout.rail_carried_at.map(Instant::nanos).into(),
        payout.problem.as_ref().map(|problem| problem.kind.code()).into(),
        payout.problem.as_ref().map(|problem| problem.text.clone()).into(),
    ];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}

/// Takes all that a rail may have for what it has: none of it is handed over again.
///
/// # Errors
/// The database's.
pub async fn suspect_carried(transaction: &Transaction, at: Instant) -> Result<(), Error> {
    let sql = "UPDATE payouts SET rail_carried_at = $1 WHERE rail_due_at IS NOT NULL AND rail_carried_at IS NULL";
    Sql::whole(transaction, sql, [at.nanos().into()]).execute(transaction).await.map(drop)
}

/// A step of a payout.
#[derive(Clone, Copy, Debug)]
pub struct NewStep<'a> {
    /// Of which payout.
    pub payout: i64,
    /// Where it stands now.
    pub status: PayoutStatus,
    /// The account of whoever took it; none for the system.
    pub actor_id: Option<i64>,
    /// In words.
    pub note: Option<&'a str>,
    /// Now.
    pub at: Instant,
}

/// Writes a step into the history.
///
/// # Errors
/// The database's.
pub async fn append_step(transaction: &Transaction, step: &NewStep<'_>) -> Result<(), Error> {
    let sql = "INSERT INTO payout_history (payout_id, status, actor_id, note, at) VALUES ($1, $2, $3, $4, $5)";
    let note = step.note.map(str::to_owned);
    let values = [step.payout.into(), step.status.code().into(), step.actor_id.into(), note.into(), step.at.nanos().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}

/// Begins a batch and gives its number.
///
/// # Errors
/// The database's.
pub async fn begin_batch(transaction: &Transaction, at: Instant) -> Result<i64, Error> {
    Sql::whole(transaction, "INSERT INTO payout_batches (started_at) VALUES ($1) RETURNING id", [at.nanos().into()])
        .returned(transaction)
        .await
}
