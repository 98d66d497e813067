//! Commission periods.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::{Order, Row, Sql};
use crate::domain::pages::{Direction, Page, Slice};
use crate::domain::periods::PeriodRecord;

const COLUMNS: &str = "t.id, t.code, t.state";

fn read(row: &Row<'_>) -> Result<PeriodRecord, Error> {
    Ok(PeriodRecord { id: row.get(0)?, period: row.code(1, "periods")?, state: row.code(2, "periods")? })
}

/// The periods with these ids.
///
/// # Errors
/// The database's.
pub async fn by_ids(connection: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<PeriodRecord>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(ids).push(" AS wanted JOIN periods AS t ON t.id = wanted.id");
    sql.all(connection, read).await
}

/// The period with a code such as 2026-01.
///
/// # Errors
/// The database's.
pub async fn by_code(connection: &impl ConnectionTrait, code: &str) -> Result<Option<PeriodRecord>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM periods AS t WHERE t.code = ").bind(code);
    sql.one(connection, read).await
}

/// A page of all periods, the latest first.
///
/// # Errors
/// The database's.
pub async fn list(connection: &impl ConnectionTrait, page: &Page) -> Result<Slice<PeriodRecord>, Error> {
    let order = Order { sort: "t.starts_at", id: "t.id", direction: Direction::Descending };
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM periods AS t WHERE 1 = 1").and_within(page, order).order_by(page, order).limit(page);
    Ok(Slice::of(page, sql.all(connection, read).await?))
}
