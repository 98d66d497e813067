//! Orders.

use super::amount::Amount;
use super::coded::coded_enum;
use super::instant::Instant;

coded_enum! {
    /// Who bought (plans.md, section 2).
    Buyer, "a buyer", {
        /// The partner.
        Partner = "PARTNER",
        /// A customer of the partner.
        Customer = "CUSTOMER",
    }
}

coded_enum! {
    /// What was bought (plans.md, section 2).
    OrderKind, "an order kind", {
        /// Goods.
        Order = "ORDER",
        /// An investment.
        Investment = "INVESTMENT",
    }
}

/// A completed order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The order number: unique, never reused.
    pub id: i64,
    /// Who is credited.
    pub partner_id: i64,
    /// The period it belongs to.
    pub period_id: i64,
    /// Who bought.
    pub buyer: Buyer,
    /// What was bought.
    pub kind: OrderKind,
    /// When.
    pub placed_at: Instant,
    /// Commissionable volume.
    pub cv: Amount,
    /// Personal volume.
    pub pv: Amount,
    /// What was paid.
    pub amount: Amount,
}
