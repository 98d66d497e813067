//! Orders and the volume they bring.

use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::orders::Order;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::{Row, Rows, Sql};

use super::insert::{Kind, Target};

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
    Ok(Sql::whole(transaction, "SELECT 1 FROM orders LIMIT 1", []).one(transaction, |_| Ok(())).await?.is_some())
}

/// Every completed order, by number, less what was given back: by lines, or for orders of other shops, which have none, by what was taken off their volume.
///
/// # Errors
/// The database's, or a value that the domain does not know.
pub async fn all(transaction: &Transaction) -> Result<Rows<'_, Order>, Error> {
    let sql =
        "SELECT o.id, o.partner_id, o.period_id, o.buyer, o.kind, o.placed_at, o.cv - coalesce(back.cv, 0), o.pv - coalesce(back.pv, 0),
            o.amount - o.refunded
        FROM orders AS o LEFT JOIN (
            SELECT order_id, CAST(sum(refunded_quantity * cv) AS BIGINT) AS cv, CAST(sum(refunded_quantity * pv) AS BIGINT) AS pv
            FROM order_lines WHERE refunded_quantity > 0 GROUP BY order_id
            UNION ALL
            SELECT e.order_id, CAST(-sum(e.cv) AS BIGINT), CAST(-sum(e.pv) AS BIGINT)
            FROM volume_events AS e JOIN orders AS foreign_order ON foreign_order.id = e.order_id
            WHERE foreign_order.reference IS NOT NULL AND (e.cv < 0 OR e.pv < 0) GROUP BY e.order_id
        ) AS back ON back.order_id = o.id
        WHERE o.status = 'COMPLETED' ORDER BY o.id";
    let sql = Sql::whole(transaction, sql, []);
    sql.stream(transaction, read).await
}

fn read(row: &Row<'_>) -> Result<Order, Error> {
    let amount = |index| row.get(index).map(Amount::from_units);
    Ok(Order {
        id: row.get(0)?,
        partner_id: row.get(1)?,
        period_id: row.get(2)?,
        buyer: row.code(3, "orders")?,
        kind: row.code(4, "orders")?,
        placed_at: Instant::from_nanos(row.get(5)?),
        cv: amount(6)?,
        pv: amount(7)?,
        amount: amount(8)?,
    })
}
