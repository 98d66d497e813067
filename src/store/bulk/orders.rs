//! Orders and the volume they bring.

use sea_orm::QueryResult;

use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::orders::Order;
use crate::store::database::Transaction;
use crate::store::error::Error;

use super::insert::{Kind, Target};
use super::select::{self, Rows};

const ORDERS: Target<9> = Target {
    table: "orders",
    columns: [
        ("id", Kind::Integer),
        ("partner_id", Kind::Integer),
        ("period_id", Kind::Integer),
        ("buyer", Kind::Text),
        ("kind", Kind::Text),
        ("placed_at", Kind::Integer),
        ("cv", Kind::Integer),
        ("pv", Kind::Integer),
        ("amount", Kind::Integer),
    ],
};

const VOLUME_EVENTS: Target<6> = Target {
    table: "volume_events",
    columns: [
        ("partner_id", Kind::Integer),
        ("period_id", Kind::Integer),
        ("order_id", Kind::Integer),
        ("pv", Kind::Integer),
        ("cv", Kind::Integer),
        ("occurred_at", Kind::Integer),
    ],
};

/// Adds orders, each with its volume event.
///
/// # Errors
/// The database's.
pub async fn add(transaction: &Transaction, orders: &[Order]) -> Result<(), Error> {
    let rows = orders.iter().map(|order| {
        [
            order.id.into(),
            order.partner_id.into(),
            order.period_id.into(),
            order.buyer.code().into(),
            order.kind.code().into(),
            order.placed_at.nanos().into(),
            order.cv.units().into(),
            order.pv.units().into(),
            order.amount.units().into(),
        ]
    });
    ORDERS.insert(transaction, rows.collect()).await?;
    let events = orders.iter().map(|order| {
        [
            order.partner_id.into(),
            order.period_id.into(),
            order.id.into(),
            order.pv.units().into(),
            order.cv.units().into(),
            order.placed_at.nanos().into(),
        ]
    });
    VOLUME_EVENTS.insert(transaction, events.collect()).await
}

/// Whether there are any.
///
/// # Errors
/// The database's.
pub async fn any(transaction: &Transaction) -> Result<bool, Error> {
    select::any(transaction, "orders").await
}

const COLUMNS: &str = "id, partner_id, period_id, buyer, kind, placed_at, cv, pv, amount";

/// Those of the numbered orders that exist.
///
/// # Errors
/// The database's, or a value that the domain does not know.
pub async fn numbered(transaction: &Transaction, numbers: &[i64]) -> Result<Vec<Order>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM orders WHERE id IN {{numbers}}");
    select::by_numbers(transaction, &sql, numbers).await?.iter().map(read).collect()
}

/// Every order, by number.
///
/// # Errors
/// The database's, or a value that the domain does not know.
pub async fn all(transaction: &Transaction) -> Result<Rows<'_, Order>, Error> {
    select::stream(transaction, &format!("SELECT {COLUMNS} FROM orders ORDER BY id"), Vec::new(), read).await
}

fn read(row: &QueryResult) -> Result<Order, Error> {
    let amount = |index| row.try_get_by_index(index).map(Amount::from_units);
    let (buyer, kind): (String, String) = (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
    Ok(Order {
        id: row.try_get_by_index(0)?,
        partner_id: row.try_get_by_index(1)?,
        period_id: row.try_get_by_index(2)?,
        buyer: buyer.parse().map_err(|_| Error::Corrupt { table: "orders", value: buyer })?,
        kind: kind.parse().map_err(|_| Error::Corrupt { table: "orders", value: kind })?,
        placed_at: Instant::from_nanos(row.try_get_by_index(5)?),
        cv: amount(6)?,
        pv: amount(7)?,
        amount: amount(8)?,
    })
}
