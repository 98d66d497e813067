//! Commission periods.

use entity::period;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};

use super::error::Error;
use super::sql::{Order, Row, Sql};
use crate::domain::pages::{Direction, Page, Slice};
use crate::domain::period::Period;
use crate::domain::periods::PeriodRecord;
use crate::store::database::Transaction;

fn read(row: period::Model) -> Result<PeriodRecord, Error> {
    let corrupt = |value: &str| Error::Corrupt { table: "periods", value: value.to_owned() };
    Ok(PeriodRecord {
        id: row.id,
        period: row.code.parse().map_err(|_| corrupt(&row.code))?,
        state: row.state.parse().map_err(|_| corrupt(&row.state))?,
    })
}

/// The periods with these ids.
///
/// # Errors
/// The database's.
pub async fn by_ids(connection: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<PeriodRecord>, Error> {
    let rows = period::Entity::find().filter(period::Column::Id.is_in(ids.iter().copied())).all(connection).await?;
    rows.into_iter().map(read).collect()
}

/// The period with a code such as 2026-01.
///
/// # Errors
/// The database's.
pub async fn by_code(connection: &impl ConnectionTrait, code: &str) -> Result<Option<PeriodRecord>, Error> {
    period::Entity::find().filter(period::Column::Code.eq(code)).one(connection).await?.map(read).transpose()
}

/// How many periods there are.
///
/// # Errors
/// The database's.
pub async fn count(connection: &impl ConnectionTrait) -> Result<i64, Error> {
    Ok(Sql::whole(connection, "SELECT count(*) FROM periods", []).one(connection, |row| row.get(0)).await?.unwrap_or(0))
}

/// A page of all periods, the latest first.
///
/// # Errors
/// The database's.
pub async fn list(connection: &impl ConnectionTrait, page: &Page) -> Result<Slice<PeriodRecord>, Error> {
    let order = Order { sort: "t.starts_at", id: "t.id", direction: Direction::Descending };
    let mut sql = Sql::new(connection);
    sql.push("SELECT t.id, t.code, t.state FROM periods AS t WHERE 1 = 1").and_within(page, order).order_by(page, order).limit(page);
    let row = |row: &Row<'_>| Ok(PeriodRecord { id: row.get(0)?, period: row.code(1, "periods")?, state: row.code(2, "periods")? });
    Ok(Slice::of(page, sql.all(connection, row).await?))
}

/// The key of a period, made where there is none, while it is open: it stays so until the transaction ends, and others may take it at the same time.
/// `None` where it is closed.
///
/// # Errors
/// The database's.
pub async fn take(transaction: &Transaction, period: Period) -> Result<Option<i64>, Error> {
    let insert = "INSERT INTO periods (code, starts_at, ends_at, state) VALUES ($1, $2, $3, 'OPEN') ON CONFLICT DO NOTHING";
    let lock = if transaction.get_database_backend() == DbBackend::Postgres { " FOR SHARE" } else { "" };
    let find = format!("SELECT id, state FROM periods WHERE code = $1{lock}");
    for _ in 0..2 {
        let row = Sql::whole(transaction, &find, [period.to_string().into()])
            .one(transaction, |row| Ok((row.get(0)?, row.get::<String>(1)? == "OPEN")))
            .await?;
        if let Some((id, open)) = row {
            return Ok(open.then_some(id));
        }
        let values = [period.to_string().into(), period.start().nanos().into(), period.end().nanos().into()];
        Sql::whole(transaction, insert, values).execute(transaction).await?;
    }
    Err(Error::Corrupt { table: "periods", value: period.to_string() })
}
