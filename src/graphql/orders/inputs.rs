//! What one may ask of orders.

use async_graphql::{Enum, InputObject};

use super::super::scalars::{BigInt, DateTime};
use crate::domain::{carts, order_kind};
use crate::store::orders::Filter;

/// What was bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "order_kind::OrderKind")]
pub enum OrderKind {
    /// Goods.
    Order,
    /// A starter package or another investment.
    Investment,
}

/// Who bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "order_kind::Buyer")]
pub enum Buyer {
    /// The partner who is credited.
    Partner,
    /// A retail customer of that partner.
    Customer,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "carts::OrderStatus")]
pub enum OrderStatus {
    /// Not paid, or not wholly.
    PendingPayment,
    /// Paid, not finished: its volume does not count yet.
    Paid,
    /// Finished: its volume counts.
    Completed,
    /// Wholly given back.
    Refunded,
    /// Given up before it was paid.
    Cancelled,
}

/// Which orders; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrderFilter {
    /// Any of these kinds.
    #[graphql(default)]
    kinds: Vec<OrderKind>,
    /// Any of these buyers.
    #[graphql(default)]
    buyers: Vec<Buyer>,
    /// Placed then or later.
    placed_from: Option<DateTime>,
    /// Placed before.
    placed_before: Option<DateTime>,
    /// Any of these states.
    #[graphql(default, validator(max_items = 5))]
    statuses: Vec<OrderStatus>,
}

impl From<OrderFilter> for Filter {
    fn from(filter: OrderFilter) -> Self {
        Self {
            statuses: filter.statuses.into_iter().map(Into::into).collect(),
            kinds: filter.kinds.into_iter().map(Into::into).collect(),
            buyers: filter.buyers.into_iter().map(Into::into).collect(),
            from: filter.placed_from.map(|time| time.0),
            before: filter.placed_before.map(|time| time.0),
        }
    }
}

/// Which orders of all; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OperatorOrderFilter {
    /// Credited to the partner with this number.
    partner_number: Option<BigInt>,
    /// Any of these states.
    #[graphql(default, validator(max_items = 5))]
    statuses: Vec<OrderStatus>,
    /// Any of these kinds.
    #[graphql(default, validator(max_items = 2))]
    kinds: Vec<OrderKind>,
    /// Any of these buyers.
    #[graphql(default, validator(max_items = 2))]
    buyers: Vec<Buyer>,
    /// Placed then or later; a finished order counts as placed when it was finished.
    placed_from: Option<DateTime>,
    /// Placed before.
    placed_before: Option<DateTime>,
}

impl OperatorOrderFilter {
    /// Of which partner, and which of those orders.
    pub(super) fn into_store(self) -> (Option<i64>, Filter) {
        let Self { partner_number, statuses, kinds, buyers, placed_from, placed_before } = self;
        (partner_number.map(|number| number.0), OrderFilter { kinds, buyers, placed_from, placed_before, statuses }.into())
    }
}
