//! Periods that orders and commissions belong to.

use sea_orm::{ConnectionTrait, DbBackend};

use crate::domain::period::Period;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::Sql;

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
    let values = [period.to_string().into(), period.start().nanos().into(), period.end().nanos().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)?;
    match find(transaction, period).await? {
        Some(row) => Ok(row),
        None => Err(Error::Corrupt { table: "periods", value: period.to_string() }),
    }
}

async fn row(transaction: &Transaction, period: Period, lock: &str) -> Result<Option<PeriodRow>, Error> {
    let sql = format!("SELECT id, state FROM periods WHERE code = $1{lock}");
    let sql = Sql::whole(transaction, &sql, [period.to_string().into()]);
    sql.one(transaction, |row| Ok(PeriodRow { id: row.get(0)?, open: row.get::<String>(1)? == "OPEN" })).await
}

/// Closes a period.
///
/// # Errors
/// The database's.
pub async fn close(transaction: &Transaction, id: i64) -> Result<(), Error> {
    Sql::whole(transaction, "UPDATE periods SET state = 'CLOSED' WHERE id = $1", [id.into()]).execute(transaction).await.map(drop)
}

/// The keys of the periods, oldest first: of all, or of those only that are open.
///
/// # Errors
/// The database's.
pub async fn ids(transaction: &Transaction, closed_too: bool) -> Result<Vec<i64>, Error> {
    let states = if closed_too { "" } else { " WHERE state = 'OPEN'" };
    let sql = format!("SELECT id FROM periods{states} ORDER BY starts_at, id");
    Sql::whole(transaction, &sql, []).all(transaction, |row| row.get(0)).await
}
