//! The life of an order: made, paid, finished, given back.

use sea_orm::{ConnectionTrait, DbBackend};

use super::error::Error;
use super::sql::{Row, Sql};
use crate::domain::amount::Amount;
use crate::domain::carts::{CartLine, OrderLine, OrderState, OrderStatus, PaymentMethod, ShipTo, Totals};
use crate::domain::instant::Instant;
use crate::domain::order_kind::{Buyer, OrderKind};
use crate::store::database::Transaction;

/// An order to be stored, not paid yet.
#[derive(Clone, Debug)]
pub struct NewOrder<'a> {
    /// Who is credited.
    pub partner_id: i64,
    /// Who orders; none for orders of another shop.
    pub account_id: Option<i64>,
    /// The cart that becomes it.
    pub cart_id: Option<i64>,
    /// The number that another shop gave it.
    pub reference: Option<&'a str>,
    /// The application that recorded it.
    pub application_id: Option<i64>,
    /// Where it goes, as JSON.
    pub ship_to: Option<String>,
    /// Who buys.
    pub buyer: Buyer,
    /// What is bought.
    pub kind: OrderKind,
    /// What of the amount is a fee, which no line holds.
    pub fee: Amount,
    /// The period of now; that of its end replaces it.
    pub period_id: i64,
    /// What it comes to.
    pub totals: Totals,
    /// Now.
    pub at: Instant,
}

impl NewOrder<'_> {
    /// An order of nobody yet, for a partner himself.
    #[must_use]
    pub fn new(period_id: i64, totals: Totals, at: Instant) -> Self {
        let (buyer, kind) = (Buyer::default(), OrderKind::default());
        Self {
            partner_id: 0,
            account_id: None,
            cart_id: None,
            application_id: None,
            reference: None,
            ship_to: None,
            buyer,
            kind,
            fee: Amount::ZERO,
            period_id,
            totals,
            at,
        }
    }
}

/// Stores an order and gives its number; `None` where the cart or the reference has one.
///
/// # Errors
/// The database's.
pub async fn insert(transaction: &Transaction, order: &NewOrder<'_>) -> Result<Option<i64>, Error> {
    let sql = "INSERT INTO orders (partner_id, period_id, buyer, kind, placed_at, ordered_at, cv, pv, amount, status, account_id, cart_id,
            reference, ship_to, fee, application_id)
        VALUES ($1, $2, $11, $12, $3, $3, $4, $5, $6, 'PENDING_PAYMENT', $7, $8, $9, $10, $13, $14) ON CONFLICT DO NOTHING RETURNING id";
    let values = [
        order.partner_id.into(),
        order.period_id.into(),
        order.at.nanos().into(),
        order.totals.cv.units().into(),
        order.totals.pv.units().into(),
        order.totals.amount.units().into(),
        order.account_id.into(),
        order.cart_id.into(),
        order.reference.map(str::to_owned).into(),
        order.ship_to.clone().into(),
        order.buyer.code().into(),
        order.kind.code().into(),
        order.fee.units().into(),
        order.application_id.into(),
    ];
    Sql::whole(transaction, sql, values).one(transaction, |row| row.get(0)).await
}

/// Stores what was ordered, at the prices of now.
///
/// # Errors
/// The database's.
pub async fn insert_lines(transaction: &Transaction, order_id: i64, lines: &[CartLine]) -> Result<(), Error> {
    let mut sql = Sql::new(transaction);
    sql.push("INSERT INTO order_lines (order_id, product_id, quantity, price, pv, cv) VALUES ");
    for (index, CartLine { product, quantity }) in lines.iter().enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" }).bind(order_id).push(", ").bind(product.id).push(", ").bind(i64::from(*quantity));
        for amount in [product.price, product.pv, product.cv] {
            sql.push(", ").bind(amount.units());
        }
        sql.push(")");
    }
    sql.execute(transaction).await.map(drop)
}

const STATE: &str = "o.id, o.partner_id, o.account_id, o.status, o.amount, o.paid, o.refunded, o.pv, o.cv, o.reference, o.ordered_at, \
     o.fee, o.buyer, o.kind, o.ship_to, o.application_id";

fn read(row: &Row<'_>) -> Result<OrderState, Error> {
    let amount = |index: usize| row.get(index).map(Amount::from_units);
    Ok(OrderState {
        id: row.get(0)?,
        partner_id: row.get(1)?,
        account_id: row.get(2)?,
        status: row.code(3, "orders")?,
        amount: amount(4)?,
        paid: amount(5)?,
        refunded: amount(6)?,
        pv: amount(7)?,
        cv: amount(8)?,
        reference: row.get(9)?,
        ordered_at: row.get::<Option<i64>>(10)?.map(Instant::from_nanos),
        fee: amount(11)?,
        buyer: row.code(12, "orders")?,
        kind: row.code(13, "orders")?,
        ship_to: row.get::<Option<String>>(14)?.map(|text| words(&text)).transpose()?,
        application_id: row.get(15)?,
    })
}

/// The words of an address as an order keeps them.
fn words(text: &str) -> Result<ShipTo, Error> {
    serde_json::from_str(text).map_err(|_| Error::Corrupt { table: "orders", value: "an address".to_owned() })
}

/// Where these orders stand.
///
/// # Errors
/// The database's.
pub async fn states(connection: &impl ConnectionTrait, numbers: &[i64]) -> Result<Vec<OrderState>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(STATE).push(" FROM ").numbers(numbers).push(" AS wanted CROSS JOIN orders AS o WHERE o.id = wanted.id");
    sql.all(connection, read).await
}

/// By what an order is looked for.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// Its number.
    Number(i64),
    /// The cart that became it.
    Cart(i64),
    /// The number that another shop gave it, and the application that recorded it.
    Reference(&'a str, Option<i64>),
}

/// Where an order stands; its row is held until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn hold(transaction: &Transaction, lookup: Lookup<'_>) -> Result<Option<OrderState>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(STATE).push(" FROM orders AS o WHERE ");
    match lookup {
        Lookup::Number(number) => sql.push("o.id = ").bind(number),
        Lookup::Cart(cart) => sql.push("o.cart_id = ").bind(cart),
        Lookup::Reference(reference, application) => {
            sql.push("o.reference = ").bind(reference).push(" AND coalesce(o.application_id, 0) = ").bind(application.unwrap_or(0))
        }
    };
    if transaction.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR UPDATE");
    }
    sql.one(transaction, read).await
}

/// Moves an order on: its status, and what was paid and given back so far.
///
/// # Errors
/// The database's.
pub async fn set_state(transaction: &Transaction, order: &OrderState) -> Result<(), Error> {
    let sql = "UPDATE orders SET status = $2, paid = $3, refunded = $4 WHERE id = $1";
    let values = [order.id.into(), order.status.code().into(), order.paid.units().into(), order.refunded.units().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}

/// Finishes an order: it counts from now on, in this period.
///
/// # Errors
/// The database's.
pub async fn complete(transaction: &Transaction, order: i64, period_id: i64, at: Instant) -> Result<(), Error> {
    let sql = "UPDATE orders SET status = $2, period_id = $3, placed_at = $4 WHERE id = $1";
    let values = [order.into(), OrderStatus::Completed.code().into(), period_id.into(), at.nanos().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await.map(drop)
}

/// Orders behind a number that were wholly paid then or earlier and are not finished, at most so many, by number. What cost nothing was paid when it was
/// ordered.
///
/// # Errors
/// The database's.
pub async fn paid_since(connection: &impl ConnectionTrait, since: Instant, (after, most): (i64, u32)) -> Result<Vec<i64>, Error> {
    // An order is placed before it is paid: the index by state and time passes the latest ones over.
    let sql = "SELECT o.id FROM orders AS o WHERE o.status = $1 AND o.placed_at <= $2 AND o.id > $3
        AND coalesce((SELECT max(p.paid_at) FROM payments AS p WHERE p.order_id = o.id), o.placed_at) <= $2 ORDER BY o.id LIMIT $4";
    let values = [OrderStatus::Paid.code().into(), since.nanos().into(), after.into(), i64::from(most).into()];
    Sql::whole(connection, sql, values).all(connection, |row| row.get(0)).await
}

/// The period of a finished order while it is open; it stays so until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn open_period_of(transaction: &Transaction, order: i64) -> Result<Option<i64>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT t.id FROM orders AS o JOIN periods AS t ON t.id = o.period_id WHERE t.state = 'OPEN' AND o.id = ").bind(order);
    if transaction.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR SHARE OF t");
    }
    sql.one(transaction, |row| row.get(0)).await
}

/// What was ordered, by order and key of the line.
///
/// # Errors
/// The database's.
pub async fn lines(connection: &impl ConnectionTrait, orders: &[i64]) -> Result<Vec<(i64, OrderLine)>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT l.order_id, l.id, l.product_id, pr.name, l.quantity, l.refunded_quantity, l.price, l.pv, l.cv FROM ").numbers(orders);
    sql.push(
        " AS wanted CROSS JOIN order_lines AS l JOIN products AS pr ON pr.id = l.product_id WHERE l.order_id = wanted.id ORDER BY l.id",
    );
    let read = |row: &Row<'_>| {
        let count = |index: usize| row.get::<i64>(index).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let amount = |index: usize| row.get(index).map(Amount::from_units);
        let line = OrderLine {
            id: row.get(1)?,
            product_id: row.get(2)?,
            name: row.get(3)?,
            quantity: count(4)?,
            refunded_quantity: count(5)?,
            price: amount(6)?,
            pv: amount(7)?,
            cv: amount(8)?,
        };
        Ok((row.get(0)?, line))
    };
    sql.all(connection, read).await
}

/// Notes how many of a line were given back in all.
///
/// # Errors
/// The database's.
pub async fn set_refunded(transaction: &Transaction, line: i64, quantity: u32) -> Result<(), Error> {
    let sql = "UPDATE order_lines SET refunded_quantity = $2 WHERE id = $1";
    Sql::whole(transaction, sql, [line.into(), i64::from(quantity).into()]).execute(transaction).await.map(drop)
}

/// A payment of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Surrogate key; 0 before it is stored.
    pub id: i64,
    /// For which order.
    pub order_id: i64,
    /// By which means.
    pub method: PaymentMethod,
    /// Whose wallet, or whose e-pin it was then.
    pub payer_id: Option<i64>,
    /// Which e-pin.
    pub epin_id: Option<i64>,
    /// What the payment is called outside.
    pub reference: Option<String>,
    /// The application that recorded it.
    pub application_id: Option<i64>,
    /// How much.
    pub amount: Amount,
    /// How much of it went back.
    pub refunded: Amount,
    /// When; what is stored is the time of storing.
    pub paid_at: Instant,
}

impl Payment {
    /// A payment of nothing yet.
    #[must_use]
    pub const fn new(order_id: i64, method: PaymentMethod) -> Self {
        let (amount, refunded, paid_at) = (Amount::ZERO, Amount::ZERO, Instant::from_nanos(0));
        Self { id: 0, order_id, method, payer_id: None, epin_id: None, reference: None, application_id: None, amount, refunded, paid_at }
    }
}

/// Stores a payment; `false` where another one came from outside under its reference.
///
/// # Errors
/// The database's.
pub async fn insert_payment(transaction: &Transaction, payment: &Payment, journal_id: i64, at: Instant) -> Result<bool, Error> {
    let sql = "INSERT INTO payments (order_id, method, payer_id, epin_id, reference, amount, journal_id, paid_at, application_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let values = [
        payment.order_id.into(),
        payment.method.code().into(),
        payment.payer_id.into(),
        payment.epin_id.into(),
        payment.reference.clone().into(),
        payment.amount.units().into(),
        journal_id.into(),
        at.nanos().into(),
        payment.application_id.into(),
    ];
    Ok(Sql::whole(transaction, sql, values).execute(transaction).await? == 1)
}

/// The payments of an order, the latest first.
///
/// # Errors
/// The database's.
pub async fn payments(transaction: &Transaction, order: i64) -> Result<Vec<Payment>, Error> {
    payments_of(transaction, &[order]).await
}

/// The payments of orders, the latest first.
///
/// # Errors
/// The database's.
pub async fn payments_of(connection: &impl ConnectionTrait, orders: &[i64]) -> Result<Vec<Payment>, Error> {
    let mut sql = Sql::new(connection);
    sql.push(
        "SELECT p.id, p.order_id, p.method, p.payer_id, p.epin_id, p.reference, p.amount, p.refunded, p.paid_at, p.application_id FROM ",
    );
    sql.numbers(orders).push(" AS wanted CROSS JOIN payments AS p WHERE p.order_id = wanted.id ORDER BY p.id DESC");
    let read = |row: &Row<'_>| {
        Ok(Payment {
            id: row.get(0)?,
            order_id: row.get(1)?,
            method: row.code(2, "payments")?,
            payer_id: row.get(3)?,
            epin_id: row.get(4)?,
            reference: row.get(5)?,
            amount: Amount::from_units(row.get(6)?),
            refunded: Amount::from_units(row.get(7)?),
            paid_at: Instant::from_nanos(row.get(8)?),
            application_id: row.get(9)?,
        })
    };
    sql.all(connection, read).await
}

/// Notes how much of a payment went back in all.
///
/// # Errors
/// The database's.
pub async fn refund_payment(transaction: &Transaction, payment: i64, refunded: Amount) -> Result<(), Error> {
    let sql = "UPDATE payments SET refunded = $2 WHERE id = $1";
    Sql::whole(transaction, sql, [payment.into(), refunded.units().into()]).execute(transaction).await.map(drop)
}
