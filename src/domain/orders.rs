//! Orders.

use super::amount::Amount;
use super::instant::Instant;
pub use super::order_kind::{Buyer, OrderKind};

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
