//! Orders.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::{EachList, Order as Sorting, Row, Sql, by_parent};
use crate::domain::amount::Amount;
use crate::domain::carts::OrderStatus;
use crate::domain::instant::Instant;
use crate::domain::orders::{Buyer, Order, OrderKind};
use crate::domain::pages::{Direction, Page, Slice};

const COLUMNS: &str = "o.id, o.partner_id, o.period_id, o.buyer, o.kind, o.placed_at, o.cv, o.pv, o.amount";

fn read(row: &Row<'_>, at: usize) -> Result<Order, Error> {
    let amount = |index: usize| row.get(at + index).map(Amount::from_units);
    Ok(Order {
        id: row.get(at)?,
        partner_id: row.get(at + 1)?,
        period_id: row.get(at + 2)?,
        buyer: row.code(at + 3, "orders")?,
        kind: row.code(at + 4, "orders")?,
        placed_at: Instant::from_nanos(row.get(at + 5)?),
        cv: amount(6)?,
        pv: amount(7)?,
        amount: amount(8)?,
    })
}

/// The orders with these numbers.
///
/// # Errors
/// The database's.
pub async fn by_numbers(connection: &impl ConnectionTrait, numbers: &[i64]) -> Result<Vec<Order>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(numbers).push(" AS wanted JOIN orders AS o ON o.id = wanted.id");
    sql.all(connection, |row| read(row, 0)).await
}

const LATEST: Sorting = Sorting { sort: "o.placed_at", id: "o.id", direction: Direction::Descending };

/// Which orders are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Any of these kinds.
    pub kinds: Vec<OrderKind>,
    /// Any of these buyers.
    pub buyers: Vec<Buyer>,
    /// Placed then or later.
    pub from: Option<Instant>,
    /// Placed before.
    pub before: Option<Instant>,
    /// Any of these states.
    pub statuses: Vec<OrderStatus>,
}

impl Filter {
    fn write(&self, sql: &mut Sql) {
        sql.and_in("o.kind", &self.kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>());
        sql.and_in("o.buyer", &self.buyers.iter().map(|buyer| buyer.code()).collect::<Vec<_>>());
        sql.and_in("o.status", &self.statuses.iter().map(|status| status.code()).collect::<Vec<_>>());
        if let Some(from) = self.from {
            sql.push(" AND o.placed_at >= ").bind(from.nanos());
        }
        if let Some(before) = self.before {
            sql.push(" AND o.placed_at < ").bind(before.nanos());
        }
    }
}

/// A page of the orders credited to each partner, the latest first.
///
/// # Errors
/// The database's.
pub async fn of_partners(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    filter: &Filter,
    page: &Page,
) -> Result<HashMap<i64, Slice<Order>>, Error> {
    let conditions = |sql: &mut Sql, partner: &str| {
        sql.push("o.partner_id = ").push(partner);
        filter.write(sql);
    };
    let list = EachList { table: "orders", alias: "o", columns: COLUMNS, joins: "", conditions: &conditions };
    let mut sql = Sql::new(connection);
    sql.page_for_each(partners, page, LATEST, list);
    Ok(by_parent(page, sql.all(connection, |row| Ok((row.get(0)?, read(row, 1)?))).await?))
}

/// How many orders each partner has that a filter lets pass.
///
/// # Errors
/// The database's.
pub async fn counts(connection: &impl ConnectionTrait, partners: &[i64], filter: &Filter) -> Result<HashMap<i64, i64>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT o.partner_id, count(*) FROM ")
        .numbers(partners)
        .push(" AS parents JOIN orders AS o ON o.partner_id = parents.id WHERE 1 = 1");
    filter.write(&mut sql);
    sql.push(" GROUP BY o.partner_id");
    Ok(sql.all(connection, |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}

fn of_all(sql: &mut Sql, partner: Option<i64>, filter: &Filter) {
    sql.push(" FROM orders AS o WHERE 1 = 1");
    if let Some(partner) = partner {
        sql.push(" AND o.partner_id = ").bind(partner);
    }
    filter.write(sql);
}

/// A page of all orders, or of those of a partner, the latest first: for operators.
///
/// # Errors
/// The database's.
pub async fn list(
    connection: &impl ConnectionTrait,
    (partner, filter): (Option<i64>, &Filter),
    page: &Page,
) -> Result<Slice<Order>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS);
    of_all(&mut sql, partner, filter);
    sql.and_within(page, LATEST).order_by(page, LATEST).limit(page);
    Ok(Slice::of(page, sql.all(connection, |row| read(row, 0)).await?))
}

/// How many orders there are in all, or of a partner.
///
/// # Errors
/// The database's.
pub async fn count(connection: &impl ConnectionTrait, (partner, filter): (Option<i64>, &Filter)) -> Result<i64, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT count(*)");
    of_all(&mut sql, partner, filter);
    Ok(sql.one(connection, |row| row.get(0)).await?.unwrap_or(0))
}
