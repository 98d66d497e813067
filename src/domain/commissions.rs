//! Commission lines.

use rust_decimal::Decimal;

use super::amount::Amount;
use super::coded::coded_enum;
use super::instant::Instant;

coded_enum! {
    /// Where a commission line stands in its life (docs/plans.md, section 9).
    CommissionStatus, "a commission status", {
        /// Accrued, not yet final.
        Pending = "PENDING",
        /// Final: its period was closed.
        Approved = "APPROVED",
        /// Paid out.
        Paid = "PAID",
        /// Kept back by an operator.
        Held = "HELD",
        /// Its order was refunded before the close.
        Reversed = "REVERSED",
        /// Taken back after the close; the amount is negative.
        Clawback = "CLAWBACK",
        /// Fell away at the close.
        Cancelled = "CANCELLED",
    }
}

coded_enum! {
    /// What a commission line comes from.
    SourceType, "a source type", {
        /// An order of goods.
        Order = "ORDER",
        /// An order that is an investment.
        Investment = "INVESTMENT",
        /// A bonus that pays on sums.
        Bonus = "BONUS",
        /// A rank advance.
        RankBonus = "RANK_BONUS",
        /// A refund after the close.
        Clawback = "CLAWBACK",
    }
}

/// A commission line (docs/plans.md, section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commission {
    /// Surrogate key.
    pub id: i64,
    /// The period it was earned in.
    pub period_id: i64,
    /// Code of the bonus in the plan.
    pub bonus: String,
    /// Who earns.
    pub beneficiary_id: i64,
    /// The order it was earned on; none for bonuses that pay on sums.
    pub order_id: Option<i64>,
    /// The partner it comes from.
    pub source_id: i64,
    /// What it comes from.
    pub source_type: SourceType,
    /// Level or generation; 0 for the partner's own.
    pub level: i32,
    /// What the rate applies to; up to 10 fractional digits.
    pub base: Decimal,
    /// Up to 12 fractional digits.
    pub rate: Decimal,
    /// Earned money, in the deployment's currency.
    pub amount: Amount,
    /// Career points.
    pub points: Amount,
    /// Where it stands.
    pub status: CommissionStatus,
    /// When it arose.
    pub created_at: Instant,
    /// When its status became final.
    pub processed_at: Option<Instant>,
}
