//! Writes on e-pins. Reads stand in `epins`.

use sea_orm::ConnectionTrait;

use super::database::Transaction;
use super::error::Error;
use super::sql::Sql;
use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::epins::EpinStatus;
use crate::domain::instant::Instant;

/// What the pins of a batch have in common.
#[derive(Clone, Copy, Debug)]
pub struct NewBatch<'a> {
    /// The journal that stands behind them.
    pub journal_id: i64,
    /// Why they were made, in words.
    pub reason: &'a str,
    /// The worth of each.
    pub amount: Amount,
    /// Of the amount.
    pub currency: Currency,
    /// Whose they are.
    pub owner_id: Option<i64>,
    /// From when on they cannot be used.
    pub expires_at: Option<Instant>,
    /// Now.
    pub at: Instant,
}

/// The keyed hash of a code, and its last four characters.
pub type NewCode = ([u8; 32], String);

/// Stores a batch and its pins, in the order of the codes; gives its number.
///
/// # Errors
/// The database's.
pub async fn insert(transaction: &Transaction, batch: &NewBatch<'_>, codes: Vec<NewCode>) -> Result<i64, Error> {
    let sql = "INSERT INTO epin_batches (journal_id, reason, issued_at) VALUES ($1, $2, $3) RETURNING id";
    let values = [batch.journal_id.into(), batch.reason.into(), batch.at.nanos().into()];
    let number = Sql::whole(transaction, sql, values).returned(transaction).await?;
    let mut sql = Sql::new(transaction);
    sql.push("INSERT INTO epins (batch_id, code_hash, ending, currency, amount, remaining, owner_id, status, expires_at) VALUES ");
    for (index, (hash, ending)) in codes.into_iter().enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" }).bind(number).push(", ").bind(hash.to_vec()).push(", ").bind(ending);
        sql.push(", ").bind(batch.currency.code()).push(", ").bind(batch.amount.units()).push(", ").bind(batch.amount.units());
        sql.push(", ").bind(batch.owner_id).push(", ").bind(EpinStatus::Active.code());
        sql.push(", ").bind(batch.expires_at.map(Instant::nanos)).push(")");
    }
    sql.execute(transaction).await?;
    Ok(number)
}

/// Takes from an active pin, or gives back to one (a negative amount); `false` where it does not hold so much.
///
/// # Errors
/// The database's.
pub async fn take(transaction: &Transaction, number: i64, amount: Amount) -> Result<bool, Error> {
    let sql = "UPDATE epins SET remaining = remaining - $2,
            status = CASE WHEN status IN ('ACTIVE', 'USED') THEN CASE WHEN remaining = $2 THEN 'USED' ELSE 'ACTIVE' END ELSE status END
        WHERE id = $1 AND remaining >= $2";
    Ok(Sql::whole(transaction, sql, [number.into(), amount.units().into()]).execute(transaction).await? == 1)
}

/// Clears away what is left on pins whose time is over.
///
/// # Errors
/// The database's.
pub async fn expire(transaction: &Transaction, numbers: &[i64]) -> Result<(), Error> {
    let mut sql = Sql::new(transaction);
    sql.push("UPDATE epins SET remaining = 0, status = ").bind(EpinStatus::Expired.code());
    sql.push(" WHERE id IN (SELECT id FROM ").numbers(numbers).push(" AS expired)");
    sql.execute(transaction).await.map(drop)
}

/// Sets where a pin stands.
///
/// # Errors
/// The database's.
pub async fn set_status(connection: &impl ConnectionTrait, number: i64, status: EpinStatus) -> Result<(), Error> {
    let sql = "UPDATE epins SET status = $2 WHERE id = $1";
    Sql::whole(connection, sql, [number.into(), status.code().into()]).execute(connection).await.map(drop)
}

/// Gives a pin to a partner.
///
/// # Errors
/// The database's.
pub async fn set_owner(connection: &impl ConnectionTrait, number: i64, owner: i64) -> Result<(), Error> {
    let sql = "UPDATE epins SET owner_id = $2 WHERE id = $1";
    Sql::whole(connection, sql, [number.into(), owner.into()]).execute(connection).await.map(drop)
}

/// Gives a pin another code; the old one is worth nothing from then on.
///
/// # Errors
/// The database's.
pub async fn set_code(connection: &impl ConnectionTrait, number: i64, (hash, ending): NewCode) -> Result<(), Error> {
    let sql = "UPDATE epins SET code_hash = $2, ending = $3 WHERE id = $1";
    Sql::whole(connection, sql, [number.into(), hash.to_vec().into(), ending.into()]).execute(connection).await.map(drop)
}
