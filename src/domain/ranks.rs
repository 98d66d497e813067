//! Ranks and the record of who held them.

use super::amount::Amount;
use super::instant::Instant;

/// A rank of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// Surrogate key.
    pub id: i64,
    /// Unique code, as in the plan.
    pub code: String,
    /// For people.
    pub name: String,
    /// Ascending from 0, the rank that everybody holds.
    pub level: i32,
}

/// The rank a partner held in a period, with the figures it came from (docs/plans.md, section 8, `ranks.csv`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankRecord {
    /// Surrogate key.
    pub id: i64,
    /// Whose.
    pub partner_id: i64,
    /// When.
    pub period_id: i64,
    /// The period's first instant.
    pub period_start: Instant,
    /// The paid rank.
    pub rank_id: i64,
    /// The highest rank held before the period.
    pub previous_rank_id: i64,
    /// Personal volume.
    pub pv: Amount,
    /// Personal commissionable volume.
    pub cv: Amount,
    /// Group volume.
    pub gv: Amount,
    /// Personal group volume.
    pub pgv: Amount,
    /// Active partners that the partner sponsored himself.
    pub direct_active: i64,
    /// Commissionable volume of the left placement leg.
    pub left: Amount,
    /// Commissionable volume of the right placement leg.
    pub right: Amount,
}
