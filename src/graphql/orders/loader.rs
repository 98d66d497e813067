//! Orders by number, and the orders of many partners at once.

use std::collections::HashMap;

use super::super::loader::Relation;
use crate::domain::carts::{OrderLine, OrderState};
use crate::domain::orders::Order;
use crate::domain::pages::{Page, Slice};
use crate::store::database::Database;
use crate::store::order_changes::Payment;
use crate::store::{error::Error, order_changes, orders};

/// Number → the order.
pub struct Orders;

impl Relation for Orders {
    type Args = ();
    type Value = Option<Order>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(orders::by_numbers(database.reader(), numbers).await?.into_iter().map(|order| (order.id, Some(order))).collect())
    }
}

/// Partner → a page of the orders credited to it.
pub struct OrdersOf;

impl Relation for OrdersOf {
    type Args = (orders::Filter, Page);
    type Value = Slice<Order>;

    async fn fetch(database: &Database, (filter, page): &Self::Args, partners: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        orders::of_partners(database.reader(), partners, filter, page).await
    }
}

/// Partner → how many orders are credited to it.
pub struct OrderCounts;

impl Relation for OrderCounts {
    type Args = orders::Filter;
    type Value = i64;

    async fn fetch(database: &Database, filter: &orders::Filter, partners: &[i64]) -> Result<HashMap<i64, i64>, Error> {
        orders::counts(database.reader(), partners, filter).await
    }
}

/// Number → where the order stands.
pub struct OrderStates;

impl Relation for OrderStates {
    type Args = ();
    type Value = Option<OrderState>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        Ok(order_changes::states(database.reader(), numbers).await?.into_iter().map(|order| (order.id, Some(order))).collect())
    }
}

/// Number → what was ordered.
pub struct OrderLines;

impl Relation for OrderLines {
    type Args = ();
    type Value = Vec<OrderLine>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        let mut found: HashMap<i64, Vec<OrderLine>> = HashMap::new();
        for (order, line) in order_changes::lines(database.reader(), numbers).await? {
            found.entry(order).or_default().push(line);
        }
        Ok(found)
    }
}

/// Number → by what the order was paid.
pub struct OrderPayments;

impl Relation for OrderPayments {
    type Args = ();
    type Value = Vec<Payment>;

    async fn fetch(database: &Database, (): &(), numbers: &[i64]) -> Result<HashMap<i64, Self::Value>, Error> {
        let mut found: HashMap<i64, Vec<Payment>> = HashMap::new();
        for payment in order_changes::payments_of(database.reader(), numbers).await? {
            found.entry(payment.order_id).or_default().push(payment);
        }
        Ok(found)
    }
}
