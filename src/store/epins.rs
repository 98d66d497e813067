//! E-pins, by number, by code, by owner, by batch.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend, Value};

use super::database::Transaction;
use super::error::Error;
use super::sql::{EachList, Order, Row, Sql, by_parent};
use crate::domain::accounts::Role;
use crate::domain::amount::Amount;
use crate::domain::epins::{Epin, EpinStatus};
use crate::domain::instant::Instant;
use crate::domain::pages::{Direction, Page, Slice};

const COLUMNS: &str = "e.id, e.batch_id, e.ending, e.currency, e.amount, e.remaining, e.owner_id, e.status, e.expires_at, b.issued_at";
const BATCH: &str = " JOIN epin_batches AS b ON b.id = e.batch_id";

fn read(row: &Row<'_>, at: usize) -> Result<Epin, Error> {
    Ok(Epin {
        id: row.get(at)?,
        batch_id: row.get(at + 1)?,
        ending: row.get(at + 2)?,
        currency: row.code(at + 3, "epins")?,
        amount: Amount::from_units(row.get(at + 4)?),
        remaining: Amount::from_units(row.get(at + 5)?),
        owner_id: row.get(at + 6)?,
        status: row.code(at + 7, "epins")?,
        expires_at: row.get::<Option<i64>>(at + 8)?.map(Instant::from_nanos),
        issued_at: Instant::from_nanos(row.get(at + 9)?),
    })
}

/// The login and the role of who made a batch, if it is the one of this partner.
///
/// # Errors
/// The database's.
pub async fn issuer(connection: &impl ConnectionTrait, batch: i64, partner: i64) -> Result<Option<(i64, Role)>, Error> {
    let sql = "SELECT a.id, a.role FROM epin_batches AS b JOIN journals AS j ON j.id = b.journal_id JOIN accounts AS a ON a.id = j.actor_id
        JOIN partners AS p ON p.account_id = a.id WHERE b.id = $1 AND p.id = $2";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.code(1, "accounts")?));
    Sql::whole(connection, sql, [batch.into(), partner.into()]).one(connection, read).await
}

/// Whether a pin has this code.
///
/// # Errors
/// The database's.
pub async fn exists(connection: &impl ConnectionTrait, code_hash: &[u8; 32]) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM epins WHERE code_hash = $1";
    let found = Sql::whole(connection, sql, [code_hash.to_vec().into()]).one(connection, |row| row.get::<i32>(0)).await?;
    Ok(found.is_some())
}

/// A pin, held until the transaction ends: rivals for it wait.
///
/// # Errors
/// The database's.
pub async fn hold(transaction: &Transaction, number: i64) -> Result<Option<Epin>, Error> {
    hold_where(transaction, "e.id", number).await
}

/// The pin that has this code now, held until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn hold_by_code(transaction: &Transaction, code_hash: &[u8; 32]) -> Result<Option<Epin>, Error> {
    hold_where(transaction, "e.code_hash", code_hash.to_vec()).await
}

async fn hold_where(transaction: &Transaction, column: &str, is: impl Into<Value>) -> Result<Option<Epin>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(COLUMNS).push(" FROM epins AS e").push(BATCH).push(" WHERE ").push(column).push(" = ").bind(is);
    if transaction.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR UPDATE OF e");
    }
    sql.one(transaction, |row| read(row, 0)).await
}

/// Pins with something left whose time is over, blocked ones too, at most so many, held until the transaction ends; those that another act holds are passed over.
///
/// # Errors
/// The database's.
pub async fn hold_expired(transaction: &Transaction, now: Instant, most: u32) -> Result<Vec<Epin>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(COLUMNS).push(" FROM epins AS e").push(BATCH);
    sql.push(" WHERE e.remaining > 0 AND e.status IN ('ACTIVE', 'BLOCKED') AND e.expires_at <= ").bind(now.nanos());
    sql.push(" ORDER BY e.expires_at LIMIT ").bind(i64::from(most));
    if transaction.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR UPDATE OF e SKIP LOCKED");
    }
    sql.all(transaction, |row| read(row, 0)).await
}

/// The pins with these numbers.
///
/// # Errors
/// The database's.
pub async fn by_numbers(connection: &impl ConnectionTrait, numbers: &[i64]) -> Result<Vec<Epin>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(numbers).push(" AS wanted JOIN epins AS e ON e.id = wanted.id").push(BATCH);
    sql.all(connection, |row| read(row, 0)).await
}

/// The pins of a batch, in the order in which they were made.
///
/// # Errors
/// The database's.
pub async fn of_batch(connection: &impl ConnectionTrait, batch: i64) -> Result<Vec<Epin>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM epins AS e").push(BATCH).push(" WHERE e.batch_id = ").bind(batch).push(" ORDER BY e.id");
    sql.all(connection, |row| read(row, 0)).await
}

/// Which pins are wanted; what is empty or `None` does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Any of these states, as stored.
    pub statuses: Vec<EpinStatus>,
    /// Of this batch.
    pub batch: Option<i64>,
}

impl Filter {
    fn write(&self, sql: &mut Sql) {
        sql.and_in("e.status", &self.statuses.iter().map(|status| status.code()).collect::<Vec<_>>());
        if let Some(batch) = self.batch {
            sql.push(" AND e.batch_id = ").bind(batch);
        }
    }
}

const LATEST: Order = Order { sort: "e.id", id: "e.id", direction: Direction::Descending };

/// A page of the pins of each partner, the latest first.
///
/// # Errors
/// The database's.
pub async fn of_partners(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    filter: &Filter,
    page: &Page,
) -> Result<HashMap<i64, Slice<Epin>>, Error> {
    let conditions = |sql: &mut Sql, partner: &str| {
        sql.push("e.owner_id = ").push(partner);
        filter.write(sql);
    };
    let list = EachList { table: "epins", alias: "e", columns: COLUMNS, joins: BATCH, conditions: &conditions };
    let mut sql = Sql::new(connection);
    sql.page_for_each(partners, page, LATEST, list);
    Ok(by_parent(page, sql.all(connection, |row| Ok((row.get(0)?, read(row, 1)?))).await?))
}

/// How many pins each partner has that a filter lets pass.
///
/// # Errors
/// The database's.
pub async fn counts(connection: &impl ConnectionTrait, partners: &[i64], filter: &Filter) -> Result<HashMap<i64, i64>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT e.owner_id, count(*) FROM ")
        .numbers(partners)
        .push(" AS parents JOIN epins AS e ON e.owner_id = parents.id WHERE 1 = 1");
    filter.write(&mut sql);
    sql.push(" GROUP BY e.owner_id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}

/// A page of all pins, the latest first.
///
/// # Errors
/// The database's.
pub async fn list(connection: &impl ConnectionTrait, filter: &Filter, page: &Page) -> Result<Slice<Epin>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM epins AS e").push(BATCH).push(" WHERE 1 = 1");
    filter.write(&mut sql);
    sql.and_within(page, LATEST).order_by(page, LATEST).limit(page);
    Ok(Slice::of(page, sql.all(connection, |row| read(row, 0)).await?))
}

/// How many pins there are on all pages.
///
/// # Errors
/// The database's.
pub async fn count(connection: &impl ConnectionTrait, filter: &Filter) -> Result<i64, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT count(*) FROM epins AS e WHERE 1 = 1");
    filter.write(&mut sql);
    Ok(sql.one(connection, |row| row.get(0)).await?.unwrap_or(0))
}
