//! Periods that orders and commissions belong to.

use sea_orm::{ConnectionTrait, DbBackend};

use crate::domain::period::Period;
use crate::store::database::Transaction;
use crate::store::error::Error;

use super::select;

/// A period's row.
#[derive(Clone, Copy, Debug)]
pub struct PeriodRow {
    /// Surrogate key.
    pub id: i64,
    /// Whether orders may still fall into it.
    pub open: bool,
}

/// The row of a period.
///
/// # Errors
/// The database's.
pub async fn find(transaction: &Transaction, period: Period) -> Result<Option<PeriodRow>, Error> {
    row(transaction, period, "").await
}

/// The row of a period, made open where there is none, and locked until the transaction ends, so that it is not closed meanwhile.
///
/// # Errors
/// The database's.
pub async fn ensure(transaction: &Transaction, period: Period) -> Result<PeriodRow, Error> {
    let lock = if transaction.get_database_backend() == DbBackend::Postgres { " FOR UPDATE" } else { "" };
    if let Some(row) = row(transaction, period, lock).await? {
        return Ok(row);
    }
    let sql = "INSERT INTO periods (code, starts_at, ends_at, state) VALUES ($1, $2, $3, 'OPEN')";
    let values = vec![period.to_string().into(), period.start().nanos().into(), period.end().nanos().into()];
    select::execute(transaction, sql, values).await?;
    match find(transaction, period).await? {
        Some(row) => Ok(row),
        None => Err(Error::Corrupt { table: "periods", value: period.to_string() }),
    }
}

async fn row(transaction: &Transaction, period: Period, lock: &str) -> Result<Option<PeriodRow>, Error> {
    let sql = format!("SELECT id, state FROM periods WHERE code = $1{lock}");
    match select::first(transaction, &sql, vec![period.to_string().into()]).await? {
        Some(row) => Ok(Some(PeriodRow { id: row.try_get_by_index(0)?, open: row.try_get_by_index::<String>(1)? == "OPEN" })),
        None => Ok(None),
    }
}

/// Closes a period.
///
/// # Errors
/// The database's.
pub async fn close(transaction: &Transaction, id: i64) -> Result<(), Error> {
    select::execute(transaction, "UPDATE periods SET state = 'CLOSED' WHERE id = $1", vec![id.into()]).await
}

/// The keys of all periods, oldest first.
///
/// # Errors
/// The database's.
pub async fn ids(transaction: &Transaction) -> Result<Vec<i64>, Error> {
    let rows = select::all(transaction, "SELECT id FROM periods ORDER BY starts_at, id", Vec::new()).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
