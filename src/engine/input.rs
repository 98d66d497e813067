//! What a run is fed with: one row per partner, one per order (docs/plans.md, section 2).

use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::order_kind::{Buyer, OrderKind};
use crate::domain::partner_status::PartnerStatus;
use crate::domain::position::Position;

/// A partner with the place in both trees and what earlier periods left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkRow {
    /// The partner number: positive and unique.
    pub partner: i64,
    /// The number of the enroller; none: a root of the sponsor tree.
    pub sponsor: Option<i64>,
    /// The number of the parent in the placement tree; none: a root of it.
    pub placement_parent: Option<i64>,
    /// The place under that parent.
    pub position: Option<Position>,
    /// Whether the partner may earn.
    pub status: PartnerStatus,
    /// When the partner joined; who joins at or after the period's end takes no part.
    pub joined_at: Instant,
    /// The code of the highest rank ever held before the period; none: the lowest.
    pub highest_rank: Option<String>,
    /// Points earned before the period.
    pub career_points: Amount,
    /// Binary volume carried in, left leg.
    pub carry_left: Amount,
    /// Binary volume carried in, right leg.
    pub carry_right: Amount,
}

/// An order and the volume it brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// The order number: positive and unique.
    pub order: i64,
    /// The number of the partner who is credited.
    pub partner: i64,
    /// Decides the period, and which order was the first.
    pub placed_at: Instant,
    /// Who bought.
    pub buyer: Buyer,
    /// What was ordered.
    pub kind: OrderKind,
    /// Commissionable volume: what bonuses pay on.
    pub cv: Amount,
    /// Personal volume: what activity and ranks look at.
    pub pv: Amount,
    /// What the buyer paid; no rule reads it.
    pub amount: Amount,
}
